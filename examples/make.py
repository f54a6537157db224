#!/usr/bin/env python3
"""Makes the pictures, sounds, films, papers and old texts of `site/` anew.

What is text by nature (pages, style, script, notes, drawings) is written by hand and is not touched. Needs numpy,
Pillow, weasyprint with a font for Chinese, and ffmpeg. Run it in this folder; the same seed gives the same stones.
"""

import math
import os
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

SITE = Path(__file__).parent / "site"


# Stones: sums of smooth noise, coloured, then lit from the upper left.


def smooth(rng, width, height, cells):
    """Noise with about `cells` hills across the width."""
    rows = max(2, round(cells * height / width) + 1)
    small = Image.fromarray(rng.random((rows, cells + 1)).astype(np.float32))
    return np.asarray(small.resize((width, height), Image.BICUBIC))


def fractal(rng, width, height, cells, octaves, fade=0.5):
    total, weight, amount = np.zeros((height, width), np.float32), 0.0, 1.0
    for octave in range(octaves):
        total += amount * smooth(rng, width, height, min(cells * 2**octave, width))
        weight += amount
        amount *= fade
    return total / weight


def colour(value, stops):
    """Colours between `stops`, each a place from 0 to 1 with a colour."""
    places = [place for place, _ in stops]
    return np.stack([np.interp(value, places, [c[i] for _, c in stops]) for i in range(3)], axis=-1)


def lit(rgb, height_map, depth=60.0, angle=225):
    dy, dx = np.gradient(height_map)
    turn = math.radians(angle)
    light = 1.0 + depth * (math.cos(turn) * dx + math.sin(turn) * dy)
    rows, columns = height_map.shape
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    edge = 1.06 - 0.22 * (x**2 + y**2)
    return np.clip(rgb * np.clip(light, 0.55, 1.5)[..., None] * edge[..., None], 0, 255).astype(np.uint8)


def granite(rng, w, h):
    quartz, mica = fractal(rng, w, h, 34, 3), fractal(rng, w, h, 60, 2)
    feldspar = fractal(rng, w, h, 22, 3)
    rgb = colour(feldspar, [(0.3, (168, 150, 146)), (0.5, (203, 178, 168)), (0.7, (226, 205, 192))])
    rgb[quartz > 0.58] = (214, 212, 208)
    rgb[quartz > 0.66] = (236, 234, 229)
    rgb[mica > 0.64] = (64, 60, 62)
    return lit(rgb, 0.05 * mica + 0.04 * feldspar, 8)


def marble(rng, w, h):
    y, x = np.mgrid[0:1:h * 1j, 0:1.5:w * 1j]
    warp = fractal(rng, w, h, 4, 5) * 5.5
    vein = np.abs(np.sin((x * 1.2 + y * 2.2 + warp) * math.pi))
    fine = np.abs(np.sin((x * 4 - y * 3 + warp * 2.2) * math.pi))
    value = np.clip(vein**0.35 * 0.85 + fine**0.3 * 0.15, 0, 1)
    rgb = colour(value, [(0.35, (86, 97, 96)), (0.62, (170, 182, 178)), (0.82, (226, 231, 226)), (1, (247, 247, 242))])
    return lit(rgb, value * 0.02, 6)


def slate(rng, w, h):
    long = np.asarray(Image.fromarray(fractal(rng, w // 6, h, 14, 4)).resize((w, h), Image.BICUBIC))
    y = np.mgrid[0:1:h * 1j, 0:1:w * 1j][0]
    layer = np.mod(y * 11 + long * 5.0, 1.0)
    grain = fractal(rng, w, h, 90, 2)
    value = 0.55 * layer + 0.25 * long + 0.2 * grain
    rgb = colour(value, [(0.1, (38, 46, 58)), (0.45, (74, 86, 102)), (0.75, (106, 118, 132)), (1, (138, 146, 152))])
    return lit(rgb, value * 0.12, 9, 260)


def sandstone(rng, w, h):
    y, x = np.mgrid[0:1:h * 1j, 0:1.5:w * 1j]
    bend = fractal(rng, w, h, 3, 3) * 0.42
    band = 0.5 + 0.5 * np.sin((y * 5.2 + bend * 9 + 0.25 * np.sin(x * 5)) * math.pi)
    value = 0.62 * band + 0.2 * fractal(rng, w, h, 8, 4) + 0.18 * fractal(rng, w, h, 140, 1)
    rgb = colour(value, [(0.1, (150, 84, 52)), (0.4, (196, 128, 80)), (0.65, (222, 170, 116)), (1, (243, 214, 168))])
    return lit(rgb, value * 0.07, 7)


def agate(rng, w, h):
    y, x = np.mgrid[-1 : 1 : h * 1j, -1.5 : 1.5 : w * 1j]
    wobble = fractal(rng, w, h, 4, 4)
    distance = np.hypot(x * 0.8 + 0.1, y * 1.05 - 0.05) + (wobble - 0.5) * 0.75
    band = 0.5 + 0.5 * np.sin(distance * 44 + 3 * fractal(rng, w, h, 5, 3))
    depth = np.clip(distance / 1.25, 0, 1)
    warm = colour(depth, [(0, (250, 244, 236)), (0.25, (214, 160, 120)), (0.6, (156, 66, 50)), (0.85, (92, 42, 52)), (1, (52, 34, 46))])
    rgb = warm * (0.78 + 0.3 * band[..., None])
    crystals = fractal(rng, w, h, 70, 2)
    heart = distance < 0.2
    rgb[heart] = (np.stack([crystals * 80 + 172] * 3, -1) * np.array([1.0, 0.97, 1.03]))[heart]
    return lit(np.clip(rgb, 0, 255), band * 0.02, 4)


def basalt(rng, w, h):
    """The tops of columns: cells about points on a loose honeycomb."""
    step = w / 9
    points = [
        (column * step + (row % 2) * step / 2 + rng.normal(0, step * 0.1), row * step * 0.86 + rng.normal(0, step * 0.1))
        for row in range(-1, int(h / (step * 0.86)) + 2)
        for column in range(-1, 11)
    ]
    y, x = np.mgrid[0:h, 0:w]
    noise = (fractal(rng, w, h, 12, 3) - 0.5) * 14
    distances = np.stack([np.hypot(x + noise - px, y + noise - py) for px, py in points])
    order = np.argsort(distances, axis=0)[:2]
    near = np.take_along_axis(distances, order[:1], 0)[0]
    next_near = np.take_along_axis(distances, order[1:2], 0)[0]
    tone = rng.uniform(0.25, 0.7, len(points))[order[0]]
    crack = np.clip((next_near - near) / 7, 0, 1)
    value = (tone * 0.55 + 0.45 * fractal(rng, w, h, 40, 3)) * (0.3 + 0.7 * crack)
    rgb = colour(value, [(0, (18, 20, 22)), (0.3, (52, 56, 58)), (0.6, (98, 101, 98)), (1, (150, 148, 138))])
    moss = (fractal(rng, w, h, 6, 4) > 0.56) & (crack < 0.75)
    rgb[moss] = rgb[moss] * 0.6 + np.array((78, 98, 48)) * 0.4
    return lit(rgb, value * 0.12, 7)


def quarry(rng, w, h):
    """Evening over the old face: sky, hills, and four terraces of cut stone."""
    y, x = np.mgrid[0:1:h * 1j, 0:1:w * 1j]
    cloud = np.asarray(Image.fromarray(fractal(rng, w // 3, h, 6, 5)).resize((w, h), Image.BICUBIC))
    rgb = colour(y, [(0, (76, 106, 148)), (0.3, (166, 170, 186)), (0.5, (244, 204, 160)), (0.6, (250, 222, 178))])
    rgb += (np.clip(cloud - 0.5, 0, 1) * 190 * (1 - y))[..., None] * np.array((1.0, 0.9, 0.84))
    sun = np.exp(-(((x - 0.7) * w / h) ** 2 + (y - 0.46) ** 2) / 0.004)
    rgb += sun[..., None] * np.array((150, 120, 60)) + np.exp(-(((x - 0.7) * w / h) ** 2 + (y - 0.46) ** 2) / 0.09)[..., None] * np.array((46, 30, 8))
    for base, rough, shade in [(0.50, 0.10, (128, 134, 156)), (0.55, 0.07, (100, 110, 118)), (0.6, 0.06, (74, 88, 80))]:
        ridge = base - rough * (np.interp(x[0], np.linspace(0, 1, 14), rng.random(14)) + 0.25 * smooth(rng, w, 4, 60)[0] - 0.5)
        rgb[y > ridge] = shade
    # Cut rock is streaked from top to bottom, where the drills and the rain went.
    grain = fractal(rng, w, h, 50, 4)
    streaks = np.asarray(Image.fromarray(fractal(rng, w, h // 10, 70, 4)).resize((w, h), Image.BICUBIC))
    for step, top in enumerate([0.58, 0.67, 0.76, 0.87]):
        corners = np.sort(rng.random(9))
        jumps = np.cumsum(rng.normal(0, 0.012, 10))[np.searchsorted(corners, x[0])]
        lean = (0.14 - 0.04 * step) * (x[0] - 0.35) + 0.006 * smooth(rng, w, 4, 40)[0] + jumps + 0.03 * (x[0] > 0.78 - 0.09 * step)
        edge = top - lean
        depth = y - edge
        face = depth > 0
        turned = rng.uniform(0.86, 1.1, 10)[np.searchsorted(corners, x[0])]
        layer = 0.5 + 0.5 * np.sin((y * 26 + lean * 8 + 2.2 * streaks) * math.pi)
        tone = turned * (0.5 + 0.5 * streaks + 0.28 * grain + 0.05 * layer) * (1.06 - 1.6 * np.clip(depth, 0, 0.14))
        cracks = np.min(np.abs(x[0][:, None] - corners[None]), axis=1)
        tone = tone * np.where(cracks < 0.0014, 0.62, 1.0)
        stone = np.array((204 - step * 10, 174 - step * 11, 142 - step * 11)) * tone[..., None]
        rgb[face] = stone[face]
        # What lies on each ledge: dust that catches the sun, and some grass.
        ledge = (depth > 0) & (depth < 0.006 + 0.012 * grain)
        rgb[ledge] = (np.array((240, 208, 162)) * (0.8 + 0.3 * grain[..., None]))[ledge]
        grass = (np.abs(depth) < 0.012 * (streaks - 0.42)) & (grain > 0.42)
        rgb[grass] = (np.array((92, 104, 62)) * (0.7 + 0.5 * grain[..., None]))[grass]
    water = y > 0.945 + 0.004 * np.sin(x * 60)
    mirror = colour(x, [(0, (58, 74, 92)), (0.6, (120, 118, 122)), (0.72, (226, 186, 140)), (1, (90, 96, 108))])
    rgb[water] = (mirror * (0.9 + 0.2 * np.asarray(Image.fromarray(grain).resize((w, h)))[..., None]))[water]
    return np.clip(rgb, 0, 255).astype(np.uint8)


def images():
    folder = SITE / "images"
    for number, (name, stone) in enumerate({"granite": granite, "marble": marble, "slate": slate, "sandstone": sandstone, "agate": agate, "basalt": basalt}.items()):
        picture = Image.fromarray(stone(np.random.default_rng(100 + number), 480, 320))
        picture.save(folder / f"{name}.jpg", quality=72, optimize=True, progressive=True)
        picture.resize((240, 160), Image.LANCZOS).save(SITE / "site" / "images" / f"{name}.webp", quality=62, method=6)
    wide = Image.fromarray(quarry(np.random.default_rng(7), 960, 540)).filter(ImageFilter.SMOOTH)
    wide.save(folder / "quarry at evening.jpg", quality=70, optimize=True, progressive=True)
    wide.resize((800, 450), Image.LANCZOS).save(folder / "quarry at evening.webp", quality=58, method=6)
    wide.resize((960, 540)).crop((0, 150, 960, 450)).save(SITE / "site" / "images" / "banner.webp", quality=58, method=6)
    # Few colours and flat areas: what PNG is good at.
    small = Image.fromarray(marble(np.random.default_rng(11), 300, 200)).quantize(24, dither=Image.Dither.NONE)
    small.save(folder / "marble in 24 colours.png", optimize=True)
    polished = Image.fromarray(agate(np.random.default_rng(21), 220, 220))
    y, x = np.mgrid[-1 : 1 : 220j, -1 : 1 : 220j]
    mask = np.clip((1 - np.hypot(x, y) ** 3) * 14, 0, 1) * 255
    polished.putalpha(Image.fromarray(mask.astype(np.uint8)))
    polished.quantize(128, method=Image.Quantize.FASTOCTREE).save(folder / "agate, polished.png", optimize=True)


# Sound: struck bars of stone. A bar rings at 1, 2.76 and 5.40 times its lowest tone, and the high ones fade first.

RATE = 16000
TUNE = [(0.0, 0), (0.45, 3), (0.9, 5), (1.35, 7), (1.8, 5), (2.25, 10), (2.9, 7), (3.35, 0)]


def sound():
    folder = SITE / "sound"
    samples = np.zeros(RATE * 5)
    rng = np.random.default_rng(3)
    for start, step in TUNE:
        pitch = 392.0 * 2 ** (step / 12)
        time = np.arange(len(samples) - int(start * RATE)) / RATE
        bar = sum(a * np.sin(2 * math.pi * pitch * m * time) * np.exp(-time * f) for m, a, f in [(1, 0.6, 3.2), (2.76, 0.25, 7), (5.4, 0.12, 14)])
        bar += rng.normal(0, 0.25, len(time)) * np.exp(-time * 160)
        samples[int(start * RATE) :] += bar * 0.5
    samples = np.tanh(samples) * np.clip((5 - np.arange(len(samples)) / RATE) * 2, 0, 1)
    with wave.open(str(folder / "stone bars.wav"), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((samples * 28000).astype("<i2").tobytes())
    tags = ["-metadata", "title=Stone bars", "-metadata", "artist=The Reading Room", "-map_metadata", "-1"]
    for name, codec in [("stone bars.ogg", ["-c:a", "libvorbis", "-q:a", "2"]), ("stone bars.mp3", ["-c:a", "libmp3lame", "-b:a", "48k"])]:
        ffmpeg("-i", folder / "stone bars.wav", *tags[4:], *tags[:4], *codec, folder / name)


# Film: the sun goes round a slab of sandstone once, so that the last frame joins the first.


def film():
    w, h, frames = 320, 180, 72
    rng = np.random.default_rng(5)
    wide = fractal(rng, 2 * w + 32, 2 * h + 32, 5, 5, 0.55)
    for axis in (0, 1, 0, 1):
        wide = sum(np.roll(wide, step, axis) for step in range(-4, 5)) / 9
    relief = np.asarray(Image.fromarray(wide[16:-16, 16:-16]).resize((w, h), Image.LANCZOS))
    relief = (relief - relief.min()) / (relief.max() - relief.min())
    rgb = colour(relief + 0.1 * (fractal(rng, w, h, 90, 2) - 0.5), [(0.1, (112, 66, 50)), (0.45, (190, 128, 88)), (0.8, (240, 208, 164))])
    with tempfile.TemporaryDirectory() as folder:
        for frame in range(frames):
            Image.fromarray(lit(rgb, relief, 15, 360 * frame / frames)).save(f"{folder}/{frame:03}.png")
        source = ["-framerate", "24", "-i", f"{folder}/%03d.png", "-map_metadata", "-1", "-pix_fmt", "yuv420p"]
        ffmpeg(*source, "-c:v", "libx264", "-crf", "33", "-preset", "veryslow", "-movflags", "+faststart", SITE / "film" / "light on sandstone.mp4")
        ffmpeg(*source, "-c:v", "libvpx-vp9", "-crf", "44", "-b:v", "0", SITE / "film" / "light on sandstone.webm")


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True)


# Papers: one page of English, one of Chinese.

PAPER = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A field guide to six stones</title>
<meta name="author" content="The Reading Room"><style>
@page { size: A5; margin: 18mm 16mm; @bottom-center { content: counter(page); font: 9pt sans-serif; color: #777 } }
body { font: 10.5pt/1.5 "Noto Serif CJK SC", serif; color: #222 } h1 { font-size: 19pt; margin: 0 0 4mm }
h2 { font-size: 13pt; margin: 5mm 0 1mm } .zh { page-break-before: always }
table { border-collapse: collapse; width: 100%; margin: 3mm 0 } td, th { border-bottom: .4pt solid #999; padding: 1mm 2mm; text-align: left }
</style></head><body>
<h1>A field guide to six stones</h1>
<p>You need no laboratory to tell the stones of this quarry apart. Look, scratch, weigh in the hand, and listen: a sound
block rings, a cracked one answers dully.</p>
<table><tr><th>Stone</th><th>Look</th><th>Scratch</th><th>Sound</th></tr>
<tr><td>Granite</td><td>grains of three colours</td><td>steel slides off</td><td>bright</td></tr>
<tr><td>Marble</td><td>clouds and veins</td><td>a coin leaves a line</td><td>bell-like</td></tr>
<tr><td>Slate</td><td>splits into sheets</td><td>a grey line</td><td>a clap</td></tr>
<tr><td>Sandstone</td><td>bands, grains of one size</td><td>rubs off</td><td>dull</td></tr>
<tr><td>Agate</td><td>rings about a heart</td><td>scratches glass</td><td>too small to tell</td></tr>
<tr><td>Basalt</td><td>dark, in columns</td><td>a pale line</td><td>iron</td></tr></table>
<h2>Three rules</h2><p>Wet the stone before you name it. Look at a fresh face and not at the weathered one. Write down where
it lay; a stone without a place is only a stone.</p>
<div class="zh" lang="zh-CN"><h1>六种石头的识别手册</h1>
<p>要分辨采石场里的石头，不需要实验室。看一看，划一划，掂一掂，再听一听：完好的石料声音清亮，有裂缝的声音发闷。</p>
<table><tr><th>石头</th><th>外观</th><th>划痕</th><th>声音</th></tr>
<tr><td>花岗岩</td><td>三种颜色的颗粒</td><td>钢刀划不动</td><td>清亮</td></tr>
<tr><td>大理石</td><td>云纹与脉络</td><td>硬币可留痕</td><td>如钟</td></tr>
<tr><td>板岩</td><td>可劈成薄片</td><td>灰色细线</td><td>如拍手</td></tr>
<tr><td>砂岩</td><td>条带，颗粒均匀</td><td>容易掉粉</td><td>沉闷</td></tr>
<tr><td>玛瑙</td><td>环纹围绕中心</td><td>能划玻璃</td><td>太小，听不出</td></tr>
<tr><td>玄武岩</td><td>深色，呈柱状</td><td>浅色细线</td><td>如铁</td></tr></table>
<h2>三条规矩</h2><p>先把石头打湿，再叫它的名字。要看新鲜的断面，不要看风化的表面。记下它躺在哪里；没有来处的石头，只是一块石头。</p></div>
</body></html>"""


def papers():
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "guide.html")
        page.write_text(PAPER, encoding="utf-8")
        subprocess.run(["weasyprint", "-q", page, SITE / "papers" / "A field guide to six stones.pdf"], check=True)


# Texts: one short tale, written for this place in each language, in the encodings it was once kept in.

TALE = {
    "zh-CN": ("采石场的阅览室", """采石场停工以后，工人们把记账的小屋改成了阅览室。
每块石头旁边放一张卡片，写着它的名字、产地和重量；每本旧书旁边放一块石头，免得风把书页翻乱。
老石匠说：“石头不会认字，可是它们守得住字。”
有一年发大水，纸上的墨都化开了，只有刻在石板上的目录还在。
人们照着石板，把书一本一本地重新抄了出来。
从那以后，凡是进来借书的人，都要先摸一摸门口那块石板。
没有人说这是规矩，可是大家都这样做。
"""),
    "zh-TW": ("採石場的閱覽室", """採石場停工以後，工人們把記帳的小屋改成了閱覽室。
每塊石頭旁邊放一張卡片，寫著它的名字、產地和重量；每本舊書旁邊放一塊石頭，免得風把書頁翻亂。
老石匠說：「石頭不會認字，可是它們守得住字。」
有一年發大水，紙上的墨都化開了，只有刻在石板上的目錄還在。
人們照著石板，把書一本一本地重新抄了出來。
從那以後，凡是進來借書的人，都要先摸一摸門口那塊石板。
沒有人說這是規矩，可是大家都這樣做。
"""),
    "ja": ("石切り場の閲覧室", """石切り場の仕事が終わると、職人たちは帳場の小屋を閲覧室に作りかえた。
石のそばには、名前と産地と重さを書いたカードを置き、古い本のそばには、風でページがめくれないように石を置いた。
年老いた石工は言った。「石は字を読めない。けれども、字を守ることはできる。」
ある年、大水が出て紙の墨はみな流れてしまい、石板に刻んだ目録だけが残った。
人びとはその石板をたよりに、本を一冊ずつ書き写していった。
それからというもの、本を借りに来る人は、まず入口の石板に手をふれる。
きまりだと言った人はいないのに、だれもがそうするのである。
"""),
    "ko": ("채석장의 열람실", """채석장 일이 끝나자 일꾼들은 장부를 적던 작은 집을 열람실로 바꾸었다.
돌마다 옆에 이름과 산지와 무게를 적은 카드를 놓았고, 오래된 책 옆에는 바람에 책장이 넘어가지 않도록 돌을 놓았다.
늙은 석공이 말했다. "돌은 글을 읽지 못하지만, 글을 지킬 수는 있다."
어느 해 큰물이 나서 종이의 먹은 모두 번져 버렸고, 돌판에 새긴 목록만 남았다.
사람들은 그 돌판을 보고 책을 한 권 한 권 다시 베껴 썼다.
그때부터 책을 빌리러 오는 사람은 먼저 문 앞의 돌판을 만져 본다.
규칙이라고 말한 사람은 없지만 모두가 그렇게 한다.
"""),
    "de": ("Der Lesesaal im Steinbruch", """Als der Steinbruch stillgelegt war, machten die Arbeiter aus der Schreibstube einen Lesesaal.
Neben jeden Stein legten sie eine Karte mit Namen, Herkunft und Gewicht; neben jedes alte Buch einen Stein, damit der Wind nicht darin blättert.
„Steine können nicht lesen“, sagte der älteste Steinmetz, „aber sie können die Wörter hüten.“
In einem Jahr kam das Hochwasser, und alle Tinte zerfloß; nur das Verzeichnis auf der Schieferplatte blieb übrig.
Danach schrieben die Leute ein Buch nach dem anderen neu.
Seither berührt jeder, der etwas ausleihen möchte, zuerst die Platte an der Tür.
Niemand hat gesagt, daß es so sein müsse – und doch tun es alle.
"""),
}

OLD = {"zh-CN": ["gbk", "gb18030"], "zh-TW": ["big5"], "ja": ["shift_jis", "euc_jp", "iso2022_jp"], "ko": ["euc_kr"], "de": ["cp1252"]}
LABEL = {"cp1252": "windows-1252", "iso2022_jp": "iso-2022-jp", "shift_jis": "shift_jis", "euc_jp": "euc-jp", "euc_kr": "euc-kr"}


def page(language, title, text, meta):
    paragraphs = "".join(f"<p>{line}</p>\n" for line in text.splitlines())
    return f"<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n{meta}<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n{paragraphs}</body>\n</html>\n"


def texts():
    folder = SITE / "texts"
    for language, (title, text) in TALE.items():
        plain = f"{title}\n\n{text}"
        (folder / f"{language}.utf-8.txt").write_bytes(plain.encode())
        (folder / f"{language}.utf-16le.txt").write_bytes(plain.encode("utf-16le"))
        (folder / f"{language}.utf-16be.bom.txt").write_bytes(b"\xfe\xff" + plain.encode("utf-16be"))
        (folder / f"{language}.utf-8.meta.html").write_bytes(page(language, title, text, '<meta charset="utf-8">\n').encode())
        (folder / f"{language}.utf-8.bare.html").write_bytes(page(language, title, text, "").encode())
        for codec in OLD[language]:
            label = LABEL.get(codec, codec)
            (folder / f"{language}.{label}.txt").write_bytes(plain.encode(codec))
            if codec != "iso2022_jp":
                (folder / f"{language}.{label}.meta.html").write_bytes(page(language, title, text, f'<meta charset="{label}">\n').encode(codec))
                (folder / f"{language}.{label}.bare.html").write_bytes(page(language, title, text, "").encode(codec))
    title, text = TALE["zh-CN"]
    wrong = '<meta charset="utf-8">\n'
    (folder / "zh-CN.gbk.wrong-meta.html").write_bytes(page("zh-CN", title, text, wrong).encode("gbk"))
    style = "<style>\n" + "p { margin: 0 0 1em; text-indent: 2em }\n" * 40 + "</style>\n"
    (folder / "zh-CN.gbk.late-meta.html").write_bytes(page("zh-CN", title, text, style + '<meta charset="gbk">\n').encode("gbk"))
    head = "The tale below is kept as it was typed in 1997. This English head is longer than what most programs look at.\n" * 12
    (folder / "zh-CN.gbk.english-head.txt").write_bytes((head + "\n" + text).encode("gbk"))


def old_names():
    """A folder from an old Chinese system: the names are GBK bytes, not UTF-8."""
    folder = os.fsencode(SITE / "old names")
    for name, text in [("采石场的石头.txt", "花岗岩、大理石、板岩、砂岩、玛瑙、玄武岩。\n"), ("目录.txt", "一、石头\n二、旧书\n三、声音\n"), ("读我.txt", "这个文件夹里的文件名是 GBK 编码的。\n")]:
        with open(os.path.join(folder, name.encode("gbk")), "wb") as out:
            out.write(text.encode("gbk"))


def main():
    for name in ["images", "site/images", "sound", "film", "papers", "texts", "old names"]:
        (SITE / name).mkdir(parents=True, exist_ok=True)
    for make in [images, sound, film, papers, texts, old_names]:
        make()


if __name__ == "__main__":
    main()
