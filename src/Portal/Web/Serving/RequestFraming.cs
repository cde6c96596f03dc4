using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Serving;

/// <summary>
/// What is suspicious in a request although it can be read: another server might read it otherwise, which is how requests are
/// smuggled (RFC 9112, section 11.2).
/// </summary>
internal static class RequestFraming
{
    /// <summary>Where Kestrel puts a length that stood beside chunks.</summary>
    private const string RemovedLength = "X-Content-Length";

    /// <summary>Whether two servers may find different ends.</summary>
    public static bool IsDoubtful(HttpRequest request)
    {
        var coding = request.Headers.TransferEncoding;
        return coding.Count > 0 && (request.Headers.ContainsKey(RemovedLength)
            || request.ContentLength is not null
            || HttpProtocol.IsHttp10(request.Protocol)
            || coding.Count > 1
            || !string.Equals(coding[0], "chunked", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a header's name has a character in it that no name has, which another reader might take for an end.</summary>
    public static bool HasBrokenName(IHeaderDictionary headers)
    {
        foreach (var name in headers.Keys)
        {
            if (name.AsSpan().ContainsAnyInRange('\0', ' ') || name.Contains('\u007f', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a Host names nobody, which nginx refuses too. HTTP/1.0 may have none.</summary>
    public static bool IsHost(HttpRequest request)
    {
        var host = request.Headers.Host.ToString();
        return host.Length == 0 ? HttpProtocol.IsHttp10(request.Protocol) : !host.Contains("..", StringComparison.Ordinal);
    }

    /// <summary>As nginx: methods are in capitals, and "get" is not GET.</summary>
    public static bool IsMethod(string method) => method.All(static character => char.IsAsciiLetterUpper(character) || character is '-' or '_');
}
