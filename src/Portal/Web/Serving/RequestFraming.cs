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

    /// <summary>As nginx: methods are in capitals, and "get" is not GET.</summary>
    public static bool IsMethod(string method) => method.All(static character => char.IsAsciiLetterUpper(character) || character is '-' or '_');
}
