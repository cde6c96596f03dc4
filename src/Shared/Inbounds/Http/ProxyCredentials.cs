using System.Text;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>Reads <c>Proxy-Authorization: Basic …</c> (RFC 7617).</summary>
internal static class ProxyCredentials
{
    private const string Scheme = "Basic ";

    /// <summary>The user and the password; null where there are none.</summary>
    public static (string User, string Password)? Of(HttpHead head)
    {
        if (head.Single("Proxy-Authorization") is not { } value || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = value.AsSpan(Scheme.Length).Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
