"""An Ogg stream with a serial number that is always the same. Knows Ogg's pages (RFC 3533), not what is in them."""

_SERIAL = (0x53544D46).to_bytes(4, "little")  # any constant: one stream a file
_HEADER_BYTES = 27
_SERIAL_AT = 14
_CHECKSUM_AT = 22
_POLYNOMIAL = 0x104C11DB7


class OggPages:
    """Takes an Ogg stream in pieces and gives back its whole pages, renumbered."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def push(self, data: bytes) -> bytes:
        """The pages that `data` completes."""
        self._waiting += data
        pages = bytearray()
        while (size := _page_bytes(self._waiting)) is not None:
            pages += _renumbered(self._waiting[:size])
            del self._waiting[:size]
        return bytes(pages)


def _page_bytes(data: bytearray) -> int | None:
    """How long the page at the beginning of `data` is; None when it is not all there yet."""
    if len(data) < _HEADER_BYTES or len(data) < _HEADER_BYTES + data[26]:
        return None
    segments = data[_HEADER_BYTES : _HEADER_BYTES + data[26]]
    size = _HEADER_BYTES + len(segments) + sum(segments)
    return size if len(data) >= size else None


def _renumbered(page: bytearray) -> bytearray:
    # The checksum is linear: it changes by the checksum of the change alone, followed by zeros to the page's end.
    old = page[_SERIAL_AT : _SERIAL_AT + 4]
    change = int.from_bytes(bytes(a ^ b for a, b in zip(old, _SERIAL, strict=True)), "big")
    page[_SERIAL_AT : _SERIAL_AT + 4] = _SERIAL
    behind = 8 * (len(page) - _SERIAL_AT - 4)
    checksum = int.from_bytes(page[_CHECKSUM_AT : _CHECKSUM_AT + 4], "little")
    checksum ^= _product(change, _power_of_two(behind + 32))
    page[_CHECKSUM_AT : _CHECKSUM_AT + 4] = checksum.to_bytes(4, "little")
    return page


def _product(left: int, right: int) -> int:
    """The product of two polynomials over bits, modulo Ogg's."""
    result = 0
    while right:
        if right & 1:
            result ^= left
        right >>= 1
        left <<= 1
        if left >> 32:
            left ^= _POLYNOMIAL
    return result


def _power_of_two(exponent: int) -> int:
    """x to the `exponent`, modulo Ogg's polynomial."""
    result, square = 1, 2
    while exponent:
        if exponent & 1:
            result = _product(result, square)
        square = _product(square, square)
        exponent >>= 1
    return result
