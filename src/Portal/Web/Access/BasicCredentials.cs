using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Tunnel.Portal.Web.Access;

/// <summary><c>Authorization: Basic base64(name:password)</c>, RFC 7617. Pure.</summary>
internal static class BasicCredentials
{
    private const string Scheme = "Basic ";

    // A name and a password are at most 255 bytes each.
    private const int MaxBytes = 511;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryParse(StringValues authorization, [NotNullWhen(true)] out string? name, [NotNullWhen(true)] out string? password)
    {
        (name, password) = (null, null);
        if (authorization.Count != 1 || authorization[0] is not { } text || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[MaxBytes];
        try
        {
            if (!Convert.TryFromBase64Chars(text.AsSpan(Scheme.Length).Trim(), bytes, out var length))
            {
                return false;
            }

            var pair = Utf8.GetString(bytes[..length]);
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                return false;
            }

            (name, password) = (pair[..colon], pair[(colon + 1)..]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
