using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Shared.Configuration;

/// <summary>
/// One line that says how to reach a portal: <c>tunnel://KEY@HOST:PORT[/DOMAIN]</c>. KEY is a key, <c>env:NAME</c> or
/// <c>file:PATH</c> (percent-encoded where needed); an IPv6 host stands in brackets.
/// </summary>
/// <remarks>It carries a secret: <see cref="ToString"/> masks it, <see cref="Export"/> does not.</remarks>
public sealed record JoinString
{
    /// <summary>How every join string begins.</summary>
    public const string Scheme = "tunnel://";

    private const string Shape = "expected 'tunnel://KEY@HOST:PORT', optionally with '/DOMAIN' at the end";

    /// <summary>The key's text: the key itself, <c>env:NAME</c> or <c>file:PATH</c>; null when the line has none.</summary>
    public string? Key { get; init; }

    /// <summary>An IP literal without brackets, or a name.</summary>
    public required string Host { get; init; }

    /// <summary>0 to 65535; 0 has a meaning only for a listener.</summary>
    public required int Port { get; init; }

    /// <summary>The virtual domain; null when the line has none.</summary>
    public string? Domain { get; init; }

    /// <summary>Reads a join string.</summary>
    /// <exception cref="FormatException">It is none; the message says why and does not repeat it.</exception>
    public static JoinString Parse(string text) =>
        TryParse(text, out var join, out var error) ? join : throw new FormatException(error);

    /// <summary>Reads a join string; on failure <paramref name="error"/> says what is wrong without repeating the secret.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out JoinString? join, [NotNullWhen(false)] out string? error)
    {
        join = null;
        text = text?.Trim() ?? string.Empty;
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            error = Shape;
            return false;
        }

        if (!IsText(text))
        {
            error = "half a character stands in it, as is left where a text was cut; " + Shape;
            return false;
        }

        // The last '@' ends the key, so that the path of file:PATH may be written as it is.
        var rest = text[Scheme.Length..];
        var at = rest.LastIndexOf('@');
        var key = at < 0 ? null : Uri.UnescapeDataString(rest[..at]);
        rest = rest[(at + 1)..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var domain = slash < 0 ? string.Empty : Uri.UnescapeDataString(rest[(slash + 1)..].TrimEnd('/'));
        if (!HostText.TrySplit(authority, out var host, out var port) || host.Length == 0)
        {
            error = at < 0 ? Shape : "after the '@' there is no HOST:PORT with a port from 0 to 65535; " + Shape;
            return false;
        }

        if (domain.Length > 0 && VirtualDomain.Check(domain) is { } complaint)
        {
            error = $"the virtual domain after the '/' cannot be used: {complaint}";
            return false;
        }

        join = new JoinString
        {
            Key = string.IsNullOrWhiteSpace(key) ? null : key,
            Host = host,
            Port = port,
            Domain = domain.Length == 0 ? null : domain,
        };
        error = null;
        return true;
    }

    /// <summary>The whole line with its secret, for the one who made it.</summary>
    public string Export() => Write(Key is null ? null : Escape(Key));

    /// <summary>The line with its secret masked: safe to print. A reference (<c>env:</c>, <c>file:</c>) is not a secret and stays.</summary>
    public override string ToString()
    {
        if (Key is null)
        {
            return Write(null);
        }

        var reference = SecretReference.Of(Key);
        return Write(reference.Kind == SecretReferenceKind.Inline ? "***" : Escape(reference.ToString()));
    }

    /// <summary>Whether each half of a surrogate pair has its other half: what is none cannot be written again.</summary>
    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                return false;
            }

            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    // A key and env:NAME need no escaping; ':' is legal in this place, and file:%2Fpath stays readable with it.
    private static string Escape(string key) => Uri.EscapeDataString(key).Replace("%3A", ":", StringComparison.Ordinal);

    private string Write(string? key)
    {
        var domain = Domain is null ? string.Empty : "/" + Uri.EscapeDataString(Domain);
        return $"{Scheme}{key}{(key is null ? string.Empty : "@")}{HostText.Join(Host, Port)}{domain}";
    }
}
