namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>Text from a file, made fit for one line of a message.</summary>
internal static class PlainText
{
    private const int MaxText = 80;

    /// <summary>Cuts what is long, and replaces what would break a line or drive a terminal.</summary>
    public static string Shorten(string text) => OneLine(text.Length > MaxText ? string.Concat(text.AsSpan(0, MaxText), "…") : text);

    /// <summary>Replaces what would break a line or drive a terminal.</summary>
    public static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : text;
}
