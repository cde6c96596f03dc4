using System.Diagnostics.CodeAnalysis;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>A join string as a user gives it: the line itself, <c>env:NAME</c> or <c>file:PATH</c>, with its key or a reference to it.</summary>
public static class JoinText
{
    private const string Advice = "Copy the whole line that 'portal up' printed.";

    /// <summary>
    /// Reads the join string and its key, from variables or files if need be. A virtual domain must stand in it. On failure
    /// <paramref name="error"/> says why, without repeating any secret.
    /// </summary>
    public static bool TryResolve(
        string text,
        [NotNullWhen(true)] out JoinString? join,
        [NotNullWhen(true)] out InterconnectKey? key,
        [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        join = null;
        key = null;
        if (!SecretText.TryRead(text, SecretReference.Of(text), "join string", "the line that 'portal up' printed", out var line, out error))
        {
            return false;
        }

        if (!JoinString.TryParse(line, out join, out var reason))
        {
            error = $"{reason}. {Advice}";
            return false;
        }

        if (join.Domain is null)
        {
            error = $"the virtual domain is missing; the line ends with '/DOMAIN'. {Advice}";
            return false;
        }

        if (join.Key is null)
        {
            error = $"the key is missing; it stands before the '@'. {Advice}";
            return false;
        }

        return KeyText.TryResolve(join.Key, out key, out _, out error);
    }
}
