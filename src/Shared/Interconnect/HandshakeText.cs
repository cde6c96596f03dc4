namespace Tunnel.Shared.Interconnect;

/// <summary>Text that a peer sent: it ends in logs and on terminals, so it may be neither long nor strange.</summary>
internal static class HandshakeText
{
    /// <summary>True for 1 to <paramref name="maxLength"/> printable ASCII characters without spaces.</summary>
    public static bool IsName(string text, int maxLength) => text.Length > 0 && text.Length <= maxLength && text.All(c => c is > ' ' and <= '~');

    /// <summary>The text with everything unprintable replaced and its length bounded.</summary>
    public static string Clean(string text, int maxLength)
    {
        var length = Math.Min(text.Length, maxLength);
        return string.Create(length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        });
    }
}
