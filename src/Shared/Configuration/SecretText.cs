using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration;

/// <summary>Reads the text that a reference to a secret leads to. Nothing that it reads is ever repeated in an error.</summary>
internal static class SecretText
{
    /// <summary>A secret has at most a hundred characters; more is the wrong file.</summary>
    private const int MaxFileBytes = 4096;

    /// <summary>Reads a variable or a file; the secret itself where <paramref name="text"/> is no reference.</summary>
    /// <param name="text">What stands in the configuration.</param>
    /// <param name="reference">What <paramref name="text"/> is.</param>
    /// <param name="kind">What is read, such as <c>key</c>.</param>
    /// <param name="advice">What a variable that is not there should be set to.</param>
    /// <param name="value">The secret.</param>
    /// <param name="error">Why it cannot be read.</param>
    public static bool TryRead(
        string text,
        SecretReference reference,
        string kind,
        string advice,
        [NotNullWhen(true)] out string? value,
        [NotNullWhen(false)] out string? error)
    {
        (value, error) = reference.Kind switch
        {
            SecretReferenceKind.Environment => ReadVariable(reference.Name, advice),
            SecretReferenceKind.File => ReadFile(reference.Name, kind),
            _ => (text, null),
        };
        return value is not null;
    }

    private static (string? Value, string? Error) ReadVariable(string name, string advice)
    {
        // '=' and NUL cannot be in a name; asking the system for one would throw.
        var value = name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') ? null : Environment.GetEnvironmentVariable(name);
        return (value, value is null ? $"the environment variable '{Describe.Shorten(name)}' is not set; set it to {advice}" : null);
    }

    private static (string? Value, string? Error) ReadFile(string path, string kind)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var buffer = new byte[MaxFileBytes];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return (Encoding.UTF8.GetString(buffer, 0, length).TrimStart('\uFEFF'), null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, $"the {kind} file '{Describe.Shorten(path)}' cannot be read ({exception.Message}); check the path, which is relative to the working directory");
        }
    }
}
