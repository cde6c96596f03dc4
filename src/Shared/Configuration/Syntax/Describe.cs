namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>Text of a configuration, made fit for one line of a message.</summary>
internal static class Describe
{
    private const int MaxText = 80;

    /// <summary>Cuts what is long, and replaces what would break a line or drive a terminal.</summary>
    public static string Shorten(string text, int max = MaxText)
    {
        var cut = text.Length > max ? string.Concat(text.AsSpan(0, max), "…") : text;
        return cut.Any(char.IsControl) ? string.Concat(cut.Select(static c => char.IsControl(c) ? '?' : c)) : cut;
    }

    /// <summary><c>a, b, c</c>.</summary>
    public static string List(IEnumerable<string> names) => string.Join(", ", names);
}
