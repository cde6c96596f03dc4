using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>An <c>if</c>. There are none here; the few that everybody has, certbot's above all, are said in another way.</summary>
/// <param name="Kind">What it comes to.</param>
/// <param name="Directive">The <c>if</c> itself.</param>
/// <param name="Host">The name, in lower case, of <see cref="ConditionKind.Host"/>; otherwise empty.</param>
/// <param name="Action">The <c>return</c> in it; null for the first two kinds.</param>
internal sealed record Condition(ConditionKind Kind, NginxDirective Directive, string Host, NginxDirective? Action)
{
    private const int FirstError = 400;

    private static readonly (string Variable, string Operator, string Value)[] WithoutTls =
    [
        ("$scheme", "=", "http"), ("$scheme", "!=", "https"), ("$https", "=", ""), ("$https", "!=", "on"), ("$server_port", "=", "80"), ("$server_port", "!=", "443"), ("$ssl_protocol", "=", ""),
    ];

    /// <summary>Reads the <c>if</c>s of a block, and tells of those that are left out.</summary>
    public static ImmutableArray<Condition> Read(Scope scope, ImportReport report) => [.. scope.Own("if").Select(directive => Read(directive, report))];

    private static Condition Read(NginxDirective directive, ImportReport report)
    {
        var block = directive.Block ?? [];
        var words = string.Join(' ', directive.Parameters).Trim().TrimStart('(').TrimEnd(')').Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (variable, sign, value) = words switch
        {
            [var one, var two] => (one, two, string.Empty),
            [var one, var two, var three] => (one, two, three.Trim('"', '\'')),
            _ => (string.Empty, string.Empty, string.Empty),
        };
        if (block is [{ Name: "return" } action] && AnswerTranslation.Read(action).Status is not null)
        {
            var redirects = AnswerTranslation.IsRedirect(AnswerTranslation.Read(action).Status);
            if (redirects && WithoutTls.Contains((variable, sign, value)))
            {
                report.Take(action);
                return new Condition(ConditionKind.Plain, directive, string.Empty, action);
            }

            if (variable is "$host" or "$http_host" && sign == "=" && value.Length > 0 && !value.Contains('$', StringComparison.Ordinal))
            {
                report.Take(action);
                return new Condition(ConditionKind.Host, directive, value.ToLowerInvariant(), action);
            }
        }

        if (Refuses(block))
        {
            report.LeaveOut(directive, "conditions are not asked here, and this one refuses requests: until you have said it with \"methods\", \"allow\", \"deny\" or \"auth\", or let the target decide, nobody is let in (\"deny\": [ \"all\" ])");
            return new Condition(ConditionKind.Closes, directive, string.Empty, null);
        }

        report.LeaveOut(directive, "conditions are not asked here; what is in it is left out: use sites, paths or \"methods\", or let the target decide");
        return new Condition(ConditionKind.LeftOut, directive, string.Empty, null);
    }

    /// <summary>Whether some requests go no further; at any depth, which the parser bounds.</summary>
    private static bool Refuses(ImmutableArray<NginxDirective> block) => block.Any(static directive =>
        (directive.Name == "return" && AnswerTranslation.Read(directive).Status is >= FirstError)
        || directive.Name is "deny" or "auth_basic"
        || (directive.Block is { } inner && Refuses(inner)));
}
