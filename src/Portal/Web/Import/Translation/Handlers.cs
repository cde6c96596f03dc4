using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What answers requests in nginx and has no counterpart here.</summary>
internal static class Handlers
{
    private const string Scripts = "scripts are not run here; let a program of its own answer, and name that in \"to\"";
    private const string OtherProtocol =
        "is not spoken here; keep a web server that speaks it in front of the application (nginx on the machine behind the bridge, or the application's own HTTP port), and name that in \"to\"";

    private static readonly (string Name, string Advice)[] All =
    [
        ("fastcgi_pass", "FastCGI " + OtherProtocol),
        ("uwsgi_pass", "uwsgi " + OtherProtocol),
        ("scgi_pass", "SCGI " + OtherProtocol),
        ("memcached_pass", "memcached's protocol " + OtherProtocol),
        ("stub_status", "there is no page of numbers"),
        ("empty_gif", "there is no built-in picture; serve one with \"root\""),
        ("perl", Scripts),
        ("js_content", Scripts),
        ("content_by_lua", Scripts),
        ("content_by_lua_block", Scripts),
        ("content_by_lua_file", Scripts),
        ("proxy_store", "answers are not stored as files; use \"cache\""),
    ];

    /// <summary>The one of this very block, which is told; null where there is none.</summary>
    public static NginxDirective? Find(Scope scope, ImportReport report)
    {
        foreach (var (name, advice) in All)
        {
            if (scope.Own(name) is [var handler, ..])
            {
                report.Remark(handler, $"{Closed.Why}: {advice}");
                return handler;
            }
        }

        return null;
    }
}
