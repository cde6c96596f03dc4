using System.Buffers.Text;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the SHA-256 of a certificate: hexadecimal (colons allowed) or base64, with or without <c>sha256:</c> in front.</summary>
internal static class PinField
{
    private const string Prefix = "sha256:";
    private const int PinBytes = 32;

    /// <summary>The pin in 64 lower-case hexadecimal digits; null when the field is absent or after a complaint.</summary>
    public static string? Read(ObjectReader reader, string name)
    {
        var text = reader.String(name)?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var pin = Normalise(text);
        if (pin is null)
        {
            var node = reader.Find(name)!;
            reader.Problems.Error(
                node,
                $"found {node.Found}, expected the SHA-256 of the portal's certificate: 64 hexadecimal digits or 44 characters of base64");
        }

        return pin;
    }

    private static string? Normalise(string text)
    {
        if (text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            text = text[Prefix.Length..].Trim();
        }

        var digits = text.Replace(":", string.Empty, StringComparison.Ordinal);
        if (digits.Length == PinBytes * 2 && digits.All(char.IsAsciiHexDigit))
        {
            return digits.ToLowerInvariant();
        }

        // Both alphabets of base64, padded or not.
        var encoded = text.TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Span<byte> bytes = stackalloc byte[PinBytes];
        return Base64Url.IsValid(encoded, out var length) && length == PinBytes && Base64Url.TryDecodeFromChars(encoded, bytes, out _)
            ? Convert.ToHexStringLower(bytes)
            : null;
    }
}
