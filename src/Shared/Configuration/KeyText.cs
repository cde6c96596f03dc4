using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration;

/// <summary>A key as a user gives it: the key itself, <c>env:NAME</c> or <c>file:PATH</c>.</summary>
public static class KeyText
{
    /// <summary>A key has at most a hundred characters; more is the wrong file.</summary>
    private const int MaxFileBytes = 4096;

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
        var value = text;
        if (reference.Kind != SecretReferenceKind.Inline)
        {
            value = reference.Kind == SecretReferenceKind.Environment
                ? ReadVariable(reference.Name, out error)
                : ReadFile(reference.Name, out error);
            if (value is null)
            {
                error ??= "the key cannot be read";
                return false;
            }
        }

        if (InterconnectKey.TryParse(value, out key, out var reason))
        {
            error = null;
            return true;
        }

        error = reference.Kind == SecretReferenceKind.Inline ? reason : $"what '{reference}' holds cannot be used: {reason}";
        return false;
    }

    private static string? ReadVariable(string name, out string? error)
    {
        // '=' and NUL cannot be in a name; asking the system for one would throw.
        var value = name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') ? null : Environment.GetEnvironmentVariable(name);
        error = value is null ? $"the environment variable '{Describe.Shorten(name)}' is not set; set it to a key that 'portal keygen' made" : null;
        return value;
    }

    private static string? ReadFile(string path, out string? error)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[MaxFileBytes];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            error = null;
            return Encoding.UTF8.GetString(buffer, 0, length).TrimStart('\uFEFF');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            error = $"the key file '{Describe.Shorten(path)}' cannot be read ({exception.Message}); check the path, which is relative to the working directory";
            return null;
        }
    }
}
