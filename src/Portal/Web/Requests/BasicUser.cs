using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Requests;

/// <summary>The name in a request's <c>Authorization</c>: nginx's <c>$remote_user</c>, whether the password was right or not.</summary>
internal static class BasicUser
{
    private const string Scheme = "Basic ";

    public static string? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? text[..colon] : null;
    }
}
