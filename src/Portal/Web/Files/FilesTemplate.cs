using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Files;

/// <summary>The templates of <c>tryFiles</c>.</summary>
internal static class FilesTemplate
{
    /// <summary><c>$uri</c>: what was asked for.</summary>
    public static readonly WebTemplate Uri = Parse("$uri");

    public static WebTemplate Parse(string text) =>
        WebTemplate.TryParse(text, out var template, out var error) ? template : throw new FormatException(error);
}
