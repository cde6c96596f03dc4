using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>A key as a user gives it: the key itself, <c>env:NAME</c> or <c>file:PATH</c>.</summary>
public static class KeyText
{
    /// <summary>Reads the key, from its variable or file if need be; on failure <paramref name="error"/> says why without repeating any secret.</summary>
    public static bool TryResolve(
        string text,
        [NotNullWhen(true)] out InterconnectKey? key,
        out SecretReference reference,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = null;
        reference = SecretReference.Of(text);
        if (!SecretText.TryRead(text, reference, "key", "a key that 'portal keygen' made", out var value, out error))
        {
            return false;
        }

        if (InterconnectKey.TryParse(value, out key, out var reason))
        {
            error = null;
            return true;
        }

        error = reference.Kind == SecretReferenceKind.Inline ? reason : $"what '{reference}' holds cannot be used: {reason}";
        return false;
    }
}
