"""Makes the small documents that the tests read."""
import os, sys, zipfile, zlib
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
def to(name): return os.path.join(out, name)

import docx
d = docx.Document()
d.core_properties.title = "查找系统说明"; d.core_properties.author = "王小明"; d.core_properties.keywords = "资料, 查找"; d.core_properties.language = "zh-CN"
d.add_heading("第一章 概述", 1); p = d.add_paragraph("本系统能够"); p.add_run("查找").bold = True; p.add_run("各种资料。")
d.add_heading("范围", 2); t = d.add_table(2, 2); t.cell(0,0).text = "甲"; t.cell(0,1).text = "乙"; t.cell(1,0).text = "丙"; t.cell(1,1).text = "丁"
d.add_paragraph("Plain English words."); d.sections[0].footer.paragraphs[0].text = "页脚文字"
d.save(to("report.docx"))

import openpyxl
w = openpyxl.Workbook(); s = w.active; s.title = "预算"; s.append(["项目", "金额"]); s.append(["桌子", 1280.5]); s.append(["椅子", 42]); s["D5"] = "备注"
s2 = w.create_sheet("Sheet two"); s2.append(["hello", "世界"]); w.properties.title = "部门预算"; w.properties.creator = "李四"
w.save(to("budget.xlsx"))

import pptx
p = pptx.Presentation(); sl = p.slides.add_slide(p.slide_layouts[1]); sl.shapes.title.text = "季度汇报"; sl.placeholders[1].text = "要点一\n要点二"
sl.notes_slide.notes_text_frame.text = "讲稿备注"
sl = p.slides.add_slide(p.slide_layouts[5]); sl.shapes.title.text = "Second slide"
p.core_properties.title = "PowerPoint 演示文稿"; p.core_properties.author = "赵六"; p.save(to("talk.pptx"))

from odf.opendocument import OpenDocumentText, OpenDocumentSpreadsheet, OpenDocumentPresentation
from odf.text import H, P, S
from odf import dc, table, draw
o = OpenDocumentText(); o.meta.addElement(dc.Title(text="开放文档")); o.meta.addElement(dc.Creator(text="张三")); o.meta.addElement(dc.Language(text="zh-CN"))
o.text.addElement(H(outlinelevel=1, text="引言")); x = P(text="一段"); x.addElement(S()); x.addText("文字。"); o.text.addElement(x); o.save(to("text.odt"))
o = OpenDocumentSpreadsheet(); t = table.Table(name="名单"); r = table.TableRow()
for v in ("姓名", "电话"):
    c = table.TableCell(); c.addElement(P(text=v)); r.addElement(c)
t.addElement(r); o.spreadsheet.addElement(t); o.save(to("list.ods"))

from ebooklib import epub
b = epub.EpubBook(); b.set_identifier("x"); b.set_title("红楼梦选"); b.set_language("zh-CN"); b.add_author("曹雪芹")
chapters = []
for n, (title, text) in enumerate([("第二回", "后面的一回。"), ("第一回", "前面的一回。")]):
    c = epub.EpubHtml(title=title, file_name=f"c{n} 章.xhtml", lang="zh"); c.content = f"<html><head><title/></head><body><h1>{title}</h1><p>{text}</p></body></html>"; b.add_item(c); chapters.append(c)
chapters.reverse(); b.toc = chapters; b.add_item(epub.EpubNcx()); b.add_item(epub.EpubNav()); b.spine = ["nav"] + chapters
epub.write_epub(to("book.epub"), b)

from reportlab.pdfgen import canvas
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
c = canvas.Canvas(to("paper.pdf"), invariant=1); c.setTitle("论文题目"); c.setFont("STSong-Light", 12); c.bookmarkPage("a"); c.addOutlineEntry("第一节", "a")
c.drawString(72, 700, "这里是论文的正文。"); c.drawString(72, 680, "English words, too."); c.showPage(); c.setFont("STSong-Light", 12); c.drawString(72, 700, "第二页的文字。"); c.save()
from pypdf import PdfReader, PdfWriter
w = PdfWriter(); [w.add_page(q) for q in PdfReader(to("paper.pdf")).pages]; w.encrypt("secret"); w.write(to("locked.pdf"))

from mutagen.id3 import ID3, TIT2, TPE1, TALB, USLT
frame = b"\xff\xfb\x90\x64" + bytes(413)
open(to("song.mp3"), "wb").write(frame * 4); t = ID3(); t.add(TIT2(encoding=3, text="青花瓷")); t.add(TPE1(encoding=3, text="周杰伦")); t.add(TALB(encoding=3, text="我很忙")); t.add(USLT(encoding=3, lang="chi", text="素胚勾勒出\n青花笔锋")); t.save(to("song.mp3"), padding=lambda i: 0)
old = "".join(chr(x) for x in "老歌精选集".encode("gbk")); open(to("old.mp3"), "wb").write(frame * 4); t = ID3(); t.add(TIT2(encoding=0, text=old)); t.add(TPE1(encoding=0, text="".join(chr(x) for x in "邓丽君演唱".encode("gbk")))); t.save(to("old.mp3"), padding=lambda i: 0)

from PIL import Image
import piexif
e = piexif.dump({"0th": {piexif.ImageIFD.ImageDescription: "西湖的秋天".encode(), piexif.ImageIFD.Make: b"Canon", piexif.ImageIFD.Model: b"EOS R5", 0x9c9b: "断桥残雪".encode("utf-16le")}, "Exif": {piexif.ExifIFD.DateTimeOriginal: b"2024:10:01 12:00:00"}, "GPS": {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((30,1),(15,1),(0,1))}})
Image.new("RGB", (8, 8), "red").save(to("photo.jpg"), exif=e, quality=50)

with zipfile.ZipFile(to("names.zip"), "w") as z:
    for n in ("资料/说明.txt", "readme.md"): z.writestr(zipfile.ZipInfo(n, (2024,1,1,0,0,0)), "x")
import tarfile, io, gzip
with tarfile.open(to("names.tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as t:
    for n in ("资料/" + "很长的名字" * 30 + ".txt", "b/c.txt"):
        i = tarfile.TarInfo(n); i.size = 3; t.addfile(i, io.BytesIO(b"abc"))
open(to("ls.1.gz"), "wb").write(gzip.compress(".TH LS 1\n.SH 名称\nls \\- 列出目录\n".encode(), mtime=0))
