"""Stop words of the scripts that are written without spaces: pairs of characters there.

Of Japanese all of hiragana: particles and endings are written in it, names and matters hardly.
"""

from __future__ import annotations

_HIRAGANA = [*map(chr, range(0x3041, 0x3097)), "ー"]
_KOREAN = """
    가는 가운 같은 같이 것은 것을 것이 겠다 고는 관련 그는 그리 까지 니다 다고 다는 대로 대한
    대해 되는 된다 됐다 됐습 들은 들을 들이 라고 라는 라며 로는 리고 면서 받은 밝혔 부터 습니
    아니 않았 않은 않는 없다 없는 에게 에는 에도 에서 오는 으로 은데 의해 이고 이나 이는 이다
    이라 이번 있고 있는 있다 있습 있었 자는 전했 지난 지만 지는 지를 통해 하게 하겠 하고 하기
    하는 하면 하며 하지 한다 해서 했고 했다 했습 했으 혔다 위해 따르
"""
_CHINESE = """
    的 了 在 是 和 与 與 及 也 都 就 而 或 等 之 其 并 並 但 不 为 為 被 把 对 對 从 從 到 于
    於 以 我们 我們 他们 他們 她们 它们 你们 自己 这个 這個 那个 那個 这些 這些 那些 这种 這種
    这样 這樣 一个 一個 一些 一种 没有 沒有 可以 可能 能够 已经 已經 因为 因為 所以 但是 不过
    不過 如果 虽然 雖然 以及 或者 并且 而且 还有 還有 还是 還是 就是 不是 也是 都是 这是 這是
    通过 通過 对于 對於 关于 關於 由于 由於 根据 根據 其中 其他 其它 目前 同时 同時 此外 另外
    当时 當時 之后 之後 之前 之间 之間 时候 時候 什么 什麼 怎么 怎麼 如何 为了 為了 作为 作為
    之一 以来 以來 表示 指出 称为 稱為 据悉 據悉 记者 記者 报道 報道 報導 了一 的一
"""

STOP_PAIRS = {
    "ja": frozenset(first + last for first in ("", *_HIRAGANA) for last in _HIRAGANA),
    "ko": frozenset(_KOREAN.split()),
    "zh": frozenset(_CHINESE.split()),
}
"""ISO 639-1 code -> one or two characters."""
