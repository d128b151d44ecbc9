"""Ways to write an address that is not the internet's, and names that lead to one. Data only."""

SPELLINGS = (
    *("127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1"),
    *("0177.0.0.1", "0x7f.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "00000.0.0.0"),  # noqa: S104
    *("localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1%00.example.org", "127.0.0.1#.example.org"),
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:1::1]"),
    *("[2001:0:7f00:1::]", "[fe80::1%25lo]", "[fe80::1]", "[::1%25lo]", "[::1%lo]", "[fc00::1]", "[fec0::1]"),
    *("[ff02::1]", "[::ffff:0:127.0.0.1]", "169.254.169.254", "0xa9fea9fe", "2852039166", "[fd00:ec2::254]"),
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1"),
    *("\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.1", "127\u30020\u30020\u30021", "loc\u00adalhost"),
    *("user@127.0.0.1", "user:word@127.0.0.1", "outside.example@127.0.0.1", "outside.example%40127.0.0.1"),
)
"""Hosts, as a link would hold them."""

FORMS = (
    "http://{host}:{port}/song",
    "http://{host}/song",
    "https://{host}:{port}/song",
    "HTTP://{host}:{port}",
    "http:{host}:{port}/song",
    "http:///{host}:{port}/song",
    "//{host}:{port}/song",
    "\\\\{host}\\song",
    "http://outside.example\\@{host}:{port}/song",
    "http://outside.example:80@{host}:{port}/song",
    "http://{host}:22/song",
    "http://{host}:6379/song",
    "http://{host}:{port}0/song",
    "http://{host}:0/song",
    "http://{host}:-1/song",
    "http://{host}:/song",
    "http:// {host}:{port}/song",
    "http://{host}:{port}\r\n/song",
    "ftp://{host}:{port}/song",
    "gopher://{host}:{port}/_SLAVEOF",
    "file:///etc/passwd",
    "file://{host}/etc/passwd",
    "data:audio/wav;base64,UklGRg==",
    "dict://{host}:{port}/info",
    "unix:///run/redis.sock",
    "jar:http://{host}:{port}!/song",
    "ws://{host}:{port}/song",
)
"""Links around a host."""

NAMES = {
    "inside.example": [["127.0.0.1"]],
    "six.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "nat64.example": [["64:ff9b::7f00:1"]],
    "zone.example": [["fe80::1%lo"]],
    "metadata.example": [["169.254.169.254"]],
    "many.example": [["10.0.0.1", "127.0.0.1", "::1", "0.0.0.0"]],  # noqa: S104
    "rebinding.example": [["127.0.0.1"], ["OUTSIDE"]],
    "later.example": [["OUTSIDE"], ["127.0.0.1"]],
    "mixed.example": [["OUTSIDE", "127.0.0.1"], ["127.0.0.1", "OUTSIDE"]],
    "empty.example": [[]],
}
"""What a resolver answers, time after time."""
