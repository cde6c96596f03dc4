using System.Text.RegularExpressions;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>Keeps secrets out of what is printed.</summary>
internal static class SecretMask
{
    private static readonly Regex KeyShape = new(
        @"(?<id>[0-9A-Fa-f]{10})\.[A-Za-z0-9_\-]{8,}",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex UserPart = new(
        @"(?<scheme>tunnel://)[^@\s]*@",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>A reference as it was written; an inline key as its id and a mask.</summary>
    public static string Key(InterconnectKey key, SecretReference reference) =>
        reference.Kind == SecretReferenceKind.Inline ? key.ToString() : reference.ToString();

    /// <summary>
    /// Masks whatever looks like a key or like the user part of a join string. Messages do not repeat what stands in a key's
    /// place; this is for the key that somebody wrote into the wrong place.
    /// </summary>
    public static string Apply(string text) => UserPart.Replace(KeyShape.Replace(text, "${id}.***"), "${scheme}***@");
}
