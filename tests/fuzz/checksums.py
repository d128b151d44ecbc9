"""The checksums FLAC and Ogg want, so that what is forged is read at all."""


def _table(polynomial: int, bits: int) -> list[int]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return table


_CRC8, _CRC16, _OGG = _table(0x07, 8), _table(0x8005, 16), _table(0x04C11DB7, 32)


def crc8(content: bytes) -> int:
    """Of a FLAC frame's header."""
    value = 0
    for byte in content:
        value = _CRC8[value ^ byte]
    return value


def crc16(content: bytes) -> int:
    """Of a FLAC frame."""
    value = 0
    for byte in content:
        value = (value << 8 & 0xFFFF) ^ _CRC16[value >> 8 ^ byte]
    return value


def ogg_crc(page: bytes) -> int:
    """Of an Ogg page whose own checksum is zero."""
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _OGG[value >> 24 ^ byte]
    return value
