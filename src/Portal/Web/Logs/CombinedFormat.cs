using System.Globalization;
using System.Text;

namespace Tunnel.Portal.Web.Logs;

/// <summary>The combined log format, which every tool for logs reads, escaped as nginx does.</summary>
internal static class CombinedFormat
{
    /// <summary>The line with its end.</summary>
    public static byte[] Write(in LogEntry entry)
    {
        var line = new StringBuilder(256);
        line.Append(entry.Address).Append(" - ");
        Append(line, entry.User ?? "-");
        line.Append(CultureInfo.InvariantCulture, $" [{entry.Time:dd/MMM/yyyy:HH:mm:ss} {Offset(entry.Time.Offset)}] \"");
        Append(line, $"{entry.Method} {entry.Uri} {entry.Protocol}");
        line.Append(CultureInfo.InvariantCulture, $"\" {entry.Status} {entry.Bytes} \"");
        Append(line, entry.Referer ?? "-");
        line.Append("\" \"");
        Append(line, entry.UserAgent ?? "-");
        return Encoding.Latin1.GetBytes(line.Append("\"\n").ToString());
    }

    private static string Offset(TimeSpan offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{(offset < TimeSpan.Zero ? '-' : '+')}{Math.Abs(offset.Hours):00}{Math.Abs(offset.Minutes):00}");

    private static void Append(StringBuilder line, string text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~' or '"' or '\\')
            {
                // A character of a header is a byte of it.
                line.Append(CultureInfo.InvariantCulture, $"\\x{(character <= byte.MaxValue ? (int)character : '?'):X2}");
            }
            else
            {
                line.Append(character);
            }
        }
    }
}
