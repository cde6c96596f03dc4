"""What somebody may run at home: pages, JSON, forms, uploads, redirects, cookies, a stream."""
import hashlib
import io

from flask import Flask, Response, jsonify, make_response, redirect, request, send_file

app = Flask(__name__)


@app.get("/")
def home():
    return "<!DOCTYPE html><title>home</title><p>gr\u00fc\u00dfe</p>"


@app.route("/echo", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def echo():
    body = request.get_data()
    return jsonify(method=request.method, path=request.full_path, type=request.content_type, length=len(body), hash=hashlib.sha256(body).hexdigest())


@app.post("/form")
def form():
    files = {name: [file.filename, hashlib.sha256(file.read()).hexdigest()] for name, file in request.files.items()}
    return jsonify(fields=request.form.to_dict(flat=False), files=files)


@app.get("/cookies")
def cookies():
    answer = make_response("cookies")
    answer.set_cookie("first", "1", path="/", httponly=True)
    answer.set_cookie("second", "2", samesite="Lax")
    return answer


@app.get("/away")
def away():
    return redirect("/echo?from=away", code=303)


@app.get("/stream")
def stream():
    return Response((f"line {i}\n" for i in range(1000)), mimetype="text/plain")


@app.get("/file")
def file():
    return send_file(io.BytesIO(bytes(range(256)) * 4096), mimetype="application/octet-stream", etag="fixed", conditional=True)


@app.get("/nothing")
def nothing():
    return "", 204


@app.get("/broken")
def broken():
    raise RuntimeError("as it happens")


@app.get("/page/<name>")
def page(name):
    return Response(name, mimetype="text/plain", headers={"X-Name": name.encode("ascii", "backslashreplace").decode()})
