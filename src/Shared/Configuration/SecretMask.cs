using System.Text.RegularExpressions;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>Keeps secrets out of what is printed.</summary>
internal static class SecretMask
{
    private static readonly Regex KeyShape = new(
        @"(?<id>[0-9A-Fa-f]{10})\.(?<secret>[A-Za-z0-9_\-]{8,})",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex UserPart = new(
        @"(?<scheme>tunnel://)(?<user>[^@\s]*)@",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A reference as it was written; an inline key as its id and a mask.</summary>
    public static string Key(InterconnectKey key, SecretReference reference) =>
        reference.Kind == SecretReferenceKind.Inline ? key.ToString() : reference.ToString();

    /// <summary>
    /// Masks whatever looks like a key or like the user part of a join string. Messages do not repeat what stands in a key's
    /// place; this is for the key that somebody wrote into the wrong place.
    /// </summary>
    public static string Apply(string text) => UserPart.Replace(
        KeyShape.Replace(text, static match => IsExample(match.Groups["secret"].Value) ? match.Value : match.Groups["id"].Value + ".***"),
        static match => IsExample(match.Groups["user"].Value) ? match.Value : match.Groups["scheme"].Value + "***@");

    /// <summary>What our own messages show as examples, and references, which are no secrets.</summary>
    private static bool IsExample(string text) =>
        text == "KEY" || text == "xxxxxxxx" || SecretReference.Of(text).Kind != SecretReferenceKind.Inline;
}
