"""Addresses that must not be reached, the ways to write them, and addresses that must be.

The blocks are those of the IANA IPv4 and IPv6 special-purpose address registries, of multicast and
of what is reserved; of each its first and last address, and for the large ones some in between.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


IPV4_SPECIAL = _words("""
0.0.0.0 0.0.0.1 0.127.0.1 0.255.255.255
10.0.0.0 10.0.0.1 10.128.7.9 10.255.255.255
100.64.0.0 100.100.100.200 100.127.255.255
127.0.0.0 127.0.0.1 127.0.0.53 127.255.255.255
168.63.129.16
169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255
172.16.0.0 172.17.0.1 172.24.1.1 172.31.255.255
192.0.0.0 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.192 192.0.0.255
192.0.2.0 192.0.2.255
192.31.196.0 192.31.196.255
192.52.193.0 192.52.193.255
192.88.99.0 192.88.99.1 192.88.99.255
192.168.0.0 192.168.1.1 192.168.255.255
192.175.48.0 192.175.48.255
198.18.0.0 198.19.255.255
198.51.100.0 198.51.100.255
203.0.113.0 203.0.113.255
224.0.0.0 224.0.0.251 232.1.1.1 239.255.255.250 239.255.255.255
240.0.0.0 250.1.2.3 255.255.255.254 255.255.255.255
""")

IPV6_SPECIAL = _words("""
:: ::1 ::2 ::7f00:1 ::808:808
::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b::ffff:ffff
64:ff9b:1:: 64:ff9b:1::7f00:1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
100:: 100::1 100::ffff:ffff:ffff:ffff 100:0:0:1::1
200::1 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
2001:: 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:0:ffff:ffff:ffff:ffff:80ff:fffe
2001:1::1 2001:1::2 2001:1::3 2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff
2001:3:: 2001:3:ffff:ffff:ffff:ffff:ffff:ffff
2001:4:112:: 2001:4:112:ffff:ffff:ffff:ffff:ffff
2001:10:: 2001:1f:ffff:ffff:ffff:ffff:ffff:ffff
2001:20:: 2001:2f:ffff:ffff:ffff:ffff:ffff:ffff
2001:30:: 2001:3f:ffff:ffff:ffff:ffff:ffff:ffff 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff
2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
2002:: 2002:7f00:1:: 2002:a00:1::1 2002:808:808::1 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff
2600::5efe:7f00:1 2a00:1450:4001::200:5efe:10.0.0.1 fe80::5efe:192.168.1.1
2606:4700::1111%eth0
2620:4f:8000:: 2620:4f:8000:ffff:ffff:ffff:ffff:ffff
3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff
4000:: 4000::1 5f00:: 5f00::1 5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff
8000::1 e000::1 f000::1
fc00:: fc00::1 fd00:ec2::254 fd12:3456:789a::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
fe00::1 fe80:: fe80::1 fe80::1%eth0 fe80::a9fe:a9fe%1 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff
fec0:: fec0::1 feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1 ff3e::8000:1
ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""")

SPECIAL = IPV4_SPECIAL + IPV6_SPECIAL

PUBLIC = _words("""
1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14
100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15 168.63.129.17
169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.1 192.0.3.0 192.31.195.255 192.31.197.0
192.52.192.255 192.52.194.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0
192.175.47.255 192.175.49.0 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0
203.0.112.255 203.0.114.0 223.255.255.255
2001:200:: 2001:4860:4860::8888 2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::
2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff 2003:: 2400:cb00:2048:1::c629:d7a2 2600:: 2606:4700::1111
2600::5efe:808:808 2600::5eff:7f00:1 2620:4f:7fff:ffff:ffff:ffff:ffff:ffff 2620:4f:8001::
2620:fe::fe 2800:3f0:4001:80f::200e 2a00:1450:4001:800::2003 2a02:26f0::1 2c0f:fb50:4002::1
3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff 3fff:1000::
""")

PRIVATE_SPELLINGS = [
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0X7F000001/",
    "http://0x7f.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://0177.0.0.01/",
    "http://00000177.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.0.0.1./",
    "http://127.00.000.1/",
    "http://10.1/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0/",
    "http://0.0/",
    "http://0x/",
    "http://00/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://127｡0｡0｡1/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2E0%2e1/",
    "http://127.0.0.\u00ad1/",
    "http://127.0.0.1:80/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:08080/",
    "http://127.0.0.1?@public.example/",
    "http://127.0.0.1#@public.example/",
    "http://127.0.0.1\\@public.example/",
    "http://127.0.0.1/\\@public.example",
    "http://127.0.0.1@public.example/",
    "http://public.example@127.0.0.1/",
    "http://public.example:80@127.0.0.1/",
    "http://@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:/127.0.0.1/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http://////127.0.0.1/",
    "HTTP://127.0.0.1/",
    "  http://127.0.0.1/  ",
    "ht\ttp://127.0.0.1/",
    "http://127.0.\t0.1/",
    "http://127.0\n.0.1/",
    "http://12\r\n7.0.0.1/",
    "\x01http://127.0.0.1/",
    "http://127.0.0.1 /",
    "http://127.0.0.1%00.public.example/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://ⓛocalhost/",
    "http://%6cocalhost/",
    "http://localhost.localdomain/",
    "http://ip6-localhost/",
    "http://sub.localhost/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "http://[::1%25lo]/",
    "http://[::1%lo]/",
    "http://[::1]:80/",
    "http://[::127.0.0.1]/",
    "http://[::FFFF:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::FFFF:7F00:0001]/",
    "http://[0:0:0:0:0:ffff:169.254.169.254]/",
    "http://[64:FF9B::127.0.0.1]/",
    "http://[2002:7F00:1::]/",
    "http://[fe80::1%25eth0]/",
    "http://[FE80::1]/",
    "http://[v1.7f000001]/",
]
"""Ways to write an address of this machine or its network; some are no address at all."""

PUBLIC_SPELLINGS = [
    "http://public.example\\@127.0.0.1/",
    "http://public.example/@127.0.0.1/",
    "http://public.example?@127.0.0.1/",
    "http://public.example#@127.0.0.1/",
    "http://public.example//127.0.0.1/",
    "http://public.example/http://127.0.0.1/",
    "http:\\\\public.example\\127.0.0.1",
    "http://public.example\t/127.0.0.1",
    "http://PUBLIC。EXAMPLE/",
    "http://public.example./",
]
"""Addresses of public.example in which another reader might see this machine."""
