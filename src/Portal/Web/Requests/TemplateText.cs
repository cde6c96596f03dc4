using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Requests;

/// <summary>Puts the values of variables into a template.</summary>
internal static class TemplateText
{
    /// <summary>The text as it is, for a body.</summary>
    public static string Render(WebTemplate template, HttpContext context)
    {
        if (template.Parts is [{ Variable: WebVariable.None, Text: var only }])
        {
            return only;
        }

        var visit = Visit.Of(context)!;
        var text = new StringBuilder();
        foreach (var part in template.Parts)
        {
            text.Append(ValueOf(part, context, visit));
        }

        return text.ToString();
    }

    /// <summary>The text for a header: what a visitor has put in by escapes cannot end a line.</summary>
    public static string RenderForHeader(WebTemplate template, HttpContext context) => Escape(Render(template, context), static character => character is < ' ' or '\u007f');

    /// <summary>The text for a URI: beyond line ends, blanks and what is not ASCII.</summary>
    public static string RenderForUri(WebTemplate template, HttpContext context) => Escape(Render(template, context), static character => character is <= ' ' or >= '\u007f');

    /// <summary>The way of a request up to here: what a trusted proxy says, and the peer.</summary>
    public static string ForwardedFor(HttpContext context, Visit visit)
    {
        var before = visit.IsPeerTrusted ? string.Join(", ", context.Request.Headers["X-Forwarded-For"].ToArray()) : string.Empty;
        var peer = visit.Peer?.ToString();
        return before.Length == 0 ? peer ?? string.Empty : peer is null ? before : $"{before}, {peer}";
    }

    private static string ValueOf(WebTemplatePart part, HttpContext context, Visit visit) => part.Variable switch
    {
        WebVariable.None => part.Text,
        WebVariable.Host => visit.Host,
        WebVariable.Header => context.Request.Headers[part.Text].ToString(),
        WebVariable.RemoteAddress => context.Connection.RemoteIpAddress?.ToString() ?? "unix:",
        WebVariable.RemotePort => context.Connection.RemotePort is > 0 and var port ? port.ToString(CultureInfo.InvariantCulture) : string.Empty,
        WebVariable.Scheme => context.Request.Scheme,
        WebVariable.ServerPort => visit.Port.ToString(CultureInfo.InvariantCulture),
        WebVariable.RequestUri => visit.Path.RawUri,
        WebVariable.Uri => visit.Path.Text,
        WebVariable.Arguments => visit.Path.Arguments,
        WebVariable.IsArguments => visit.Path.Arguments.Length > 0 ? "?" : string.Empty,
        WebVariable.Method => context.Request.Method,
        WebVariable.ForwardedFor => ForwardedFor(context, visit),
        WebVariable.ProxyHost => visit.Target?.Authority ?? string.Empty,
        WebVariable.RemoteUser => BasicUser.Of(context.Request) ?? string.Empty,
        WebVariable.Capture => int.Parse(part.Text, CultureInfo.InvariantCulture) is var group && group < visit.Groups.Length ? visit.Groups[group] : string.Empty,
        _ => string.Empty,
    };

    private static string Escape(string text, Func<char, bool> mustBe)
    {
        if (!text.Any(mustBe))
        {
            return text;
        }

        var escaped = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && !mustBe((char)rune.Value))
            {
                escaped.Append((char)rune.Value);
                continue;
            }

            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return escaped.ToString();
    }
}
