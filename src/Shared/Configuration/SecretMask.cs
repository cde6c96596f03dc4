using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>Keeps secrets out of what is printed.</summary>
internal static class SecretMask
{
    /// <summary>Headers whose values say nothing secret. Any other may: there is no end of names for tokens, and names are mistyped.</summary>
    private static readonly FrozenSet<string> PlainHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "Host", "Origin", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cache-Control", "Pragma");

    private static readonly Regex KeyShape = new(
        @"(?<id>[0-9A-Fa-f]{10})\.(?<secret>[A-Za-z0-9_\-]{8,})",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>The id of a VMess user, with or without dashes.</summary>
    private static readonly Regex IdShape = new(
        @"(?<start>[0-9A-Fa-f]{8})-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex UserPart = new(
        @"(?<scheme>tunnel://)(?<user>[^@\s]*)@",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A reference as it was written; an inline key as its id and a mask.</summary>
    public static string Key(InterconnectKey key, SecretReference reference) =>
        reference.Kind == SecretReferenceKind.Inline ? key.ToString() : reference.ToString();

    /// <summary>A reference as it was written; an inline id as its first digits and a mask.</summary>
    public static string Id(VMessUserId id, SecretReference reference) =>
        reference.Kind == SecretReferenceKind.Inline ? id.ToString() : reference.ToString();

    /// <summary>The value of an HTTP header, masked unless the header is one that carries no secrets.</summary>
    public static string Header(string name, string value) => PlainHeaders.Contains(name) ? value : "***";

    /// <summary>
    /// Masks whatever looks like a key, like a VMess id or like the user part of a join string. Messages do not repeat what stands in a key's
    /// place; this is for the key that somebody wrote into the wrong place.
    /// </summary>
    public static string Apply(string text) => UserPart.Replace(
        IdShape.Replace(
            KeyShape.Replace(text, static match => IsExample(match.Groups["secret"].Value) ? match.Value : match.Groups["id"].Value + ".***"),
            static match => match.Groups["start"].Value + "-***"),
        static match => IsExample(match.Groups["user"].Value) ? match.Value : match.Groups["scheme"].Value + "***@");

    /// <summary>
    /// The name of a file as it was given; masked where it is a key or a join string that stands in a file's place. Paths stay
    /// as they are otherwise, also those with a UUID in them, as containers have.
    /// </summary>
    public static string FileName(string path) =>
        path.StartsWith(JoinString.Scheme, StringComparison.OrdinalIgnoreCase) || KeyShape.Match(path) is { Success: true, Index: 0 } ? Apply(path) : path;

    /// <summary>What our own messages show as examples, and references, which are no secrets.</summary>
    private static bool IsExample(string text) =>
        text == "KEY" || text == "xxxxxxxx" || SecretReference.Of(text).Kind != SecretReferenceKind.Inline;
}
