using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Tunnel.WebFront.Tests.Conformance.Wire;

/// <summary>Reads HTTP/1 messages from a connection as they are, and judges nothing. A reset is an end.</summary>
internal sealed class MessageReader(Socket socket)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next request; null when the connection ends before it is complete.</summary>
    public async Task<Message?> ReadRequestAsync(CancellationToken cancellation)
    {
        var message = await ReadHeadAsync(cancellation);
        if (message is null)
        {
            return null;
        }

        message = message.Says("Transfer-Encoding", "chunked") || message.Header("Content-Length") is not null
            ? await WithBodyAsync(message, cancellation)
            : message;
        return message.Complete ? message : null;
    }

    /// <summary>The next answer; null when the connection ends before there is a head.</summary>
    /// <param name="toHead">Whether a HEAD request is answered.</param>
    public async Task<Message?> ReadAnswerAsync(bool toHead, CancellationToken cancellation)
    {
        var message = await ReadHeadAsync(cancellation);
        return message is null || toHead || message.Status is (>= 100 and < 200) or 204 or 304 ? message : await WithBodyAsync(message, cancellation);
    }

    /// <summary>What has arrived, at least one byte; empty at the end.</summary>
    public async Task<byte[]> ReadSomeAsync(CancellationToken cancellation)
    {
        if (_start == _end && !await FillAsync(cancellation))
        {
            return [];
        }

        var bytes = _buffer[_start.._end];
        _start = _end;
        return bytes;
    }

    /// <summary>Everything up to the end.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        while (await ReadSomeAsync(cancellation) is { Length: > 0 } bytes)
        {
            all.Write(bytes);
        }

        return all.ToArray();
    }

    /// <summary>As many bytes, or fewer at the end.</summary>
    public async Task<byte[]> ReadUpToAsync(long count, CancellationToken cancellation)
    {
        using var all = new MemoryStream();
        while (all.Length < count && (_start < _end || await FillAsync(cancellation)))
        {
            var take = (int)Math.Min(_end - _start, count - all.Length);
            all.Write(_buffer, _start, take);
            _start += take;
        }

        return all.ToArray();
    }

    private static (string Name, string Value) Field(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (line, string.Empty) : (line[..colon], line[(colon + 1)..].Trim());
    }

    private async Task<Message?> ReadHeadAsync(CancellationToken cancellation)
    {
        var start = await ReadLineAsync(cancellation);
        return start is not null && await ReadFieldsAsync(cancellation) is { } headers ? new Message(start, headers, [], [], Complete: true) : null;
    }

    /// <summary>Lines up to an empty one; null when the connection ends before that.</summary>
    private async Task<List<(string Name, string Value)>?> ReadFieldsAsync(CancellationToken cancellation)
    {
        var fields = new List<(string Name, string Value)>();
        while (await ReadLineAsync(cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                return fields;
            }

            fields.Add(Field(line));
        }

        return null;
    }

    private async Task<Message> WithBodyAsync(Message message, CancellationToken cancellation)
    {
        if (message.Says("Transfer-Encoding", "chunked"))
        {
            return await WithChunksAsync(message, cancellation);
        }

        if (message.Header("Content-Length") is { } length)
        {
            var count = long.Parse(length, NumberStyles.None, CultureInfo.InvariantCulture);
            var body = await ReadUpToAsync(count, cancellation);
            return message with { Body = body, Complete = body.Length == count };
        }

        return message with { Body = await ReadToEndAsync(cancellation) };
    }

    private async Task<Message> WithChunksAsync(Message message, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        while (await ReadLineAsync(cancellation) is { } line
            && long.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
        {
            if (size == 0)
            {
                var trailers = await ReadFieldsAsync(cancellation);
                return message with { Body = body.ToArray(), Trailers = trailers ?? [], Complete = trailers is not null };
            }

            body.Write(await ReadUpToAsync(size, cancellation));
            await ReadLineAsync(cancellation);
        }

        return message with { Body = body.ToArray(), Complete = false };
    }

    /// <summary>A line without its end; null when the connection ends before it.</summary>
    private async Task<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (_start < _end || await FillAsync(cancellation))
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            line.Append(Encoding.Latin1.GetString(_buffer, _start, length < 0 ? _end - _start : length));
            _start = length < 0 ? _end : _start + length + 1;
            if (length >= 0)
            {
                return line.ToString().TrimEnd('\r');
            }
        }

        return null;
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        try
        {
            _start = 0;
            _end = 0;
            _end = await socket.ReceiveAsync(_buffer, cancellation);
            return _end > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
