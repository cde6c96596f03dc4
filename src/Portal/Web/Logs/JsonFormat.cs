using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tunnel.Portal.Web.Logs;

/// <summary>An object on a line, of which only what is known is written.</summary>
internal static class JsonFormat
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The line with its end.</summary>
    public static byte[] Write(in LogEntry entry)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", entry.Time);
            json.WriteString("remote_addr", entry.Address);
            WriteKnown(json, "remote_user", entry.User);
            json.WriteString("method", entry.Method);
            json.WriteString("uri", entry.Uri);
            json.WriteString("protocol", entry.Protocol);
            WriteKnown(json, "host", entry.Host);
            json.WriteNumber("status", entry.Status);
            json.WriteNumber("bytes", entry.Bytes);
            json.WriteNumber("seconds", Math.Round(entry.Duration.TotalSeconds, 6));
            WriteKnown(json, "referer", entry.Referer);
            WriteKnown(json, "user_agent", entry.UserAgent);
            WriteKnown(json, "target", entry.Target);
            WriteKnown(json, "via", entry.Via);
            WriteKnown(json, "error", entry.Error);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
