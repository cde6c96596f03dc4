using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>Who may come. What nginx keeps closed stays closed: where a guard has no counterpart, nobody is let in until a person has decided.</summary>
internal static class AccessTranslation
{
    private const string Until = "until then nobody is let in (\"deny\": [ \"all\" ])";

    /// <summary>A rule is parsed, compared with others and written again, for each location that inherits it.</summary>
    private const int WorkOfRule = 20;

    /// <summary>Guards that are directives with a value, and what to do in their place. The value <c>off</c> turns each off.</summary>
    private static readonly (string Name, string Advice)[] Guards =
    [
        ("auth_basic", "passwords in an htpasswd file are hashed and cannot be translated; write \"auth\": { \"realm\": \"…\", \"users\": [ { \"user\": \"…\", \"pass\": \"env:NAME\" } ] } in the place of \"deny\""),
        ("auth_request", "no other server is asked who may come; use \"auth\", \"allow\" and \"deny\", or let the target decide and remove \"deny\""),
        ("auth_jwt", "tokens are not looked at; let the target do it, and remove \"deny\""),
        ("ssl_verify_client", "visitors are not asked for certificates; use \"auth\", \"allow\" and \"deny\""),
        ("access_by_lua_block", "scripts are not run; use \"auth\", \"allow\" and \"deny\""),
        ("access_by_lua_file", "scripts are not run; use \"auth\", \"allow\" and \"deny\""),
        ("access_by_lua", "scripts are not run; use \"auth\", \"allow\" and \"deny\""),
        ("secure_link", "links are not checked; let the target do it, and remove \"deny\""),
        ("auth_digest", "there is HTTP Basic only; write \"auth\" in the place of \"deny\""),
        ("auth_pam", "write \"auth\" in the place of \"deny\""),
        ("auth_ldap", "write \"auth\" in the place of \"deny\""),
        ("modsecurity", "there is no filter for requests; remove \"deny\" where the target can do without"),
    ];

    /// <summary>Sets <c>allow</c> and <c>deny</c>.</summary>
    /// <param name="scope">The location's; also that of the named location that requests may go to.</param>
    /// <param name="named">That one; null where there is none.</param>
    /// <param name="closed">Whether an <c>if</c> has closed it already.</param>
    /// <param name="route">Takes the fields.</param>
    /// <param name="context">The translation's.</param>
    public static void Translate(Scope scope, Scope? named, bool closed, JsonObject route, ImportContext context)
    {
        closed |= IsGuarded(scope, context.Report) | !TrySetMethods(scope, route, context.Report);
        closed |= named is not null && (IsGuarded(named, context.Report) | !TrySetMethods(named, route, context.Report));
        SetAddresses(scope, named, route, context);
        if (closed)
        {
            Closed.Deny(route);
        }
    }

    private static bool IsGuarded(Scope scope, ImportReport report)
    {
        var guarded = false;
        foreach (var (name, advice) in Guards)
        {
            if (scope.Last(name) is { } guard && guard.First is not ("off" or ""))
            {
                report.Remark(guard, $"{advice}; {Until}");
                guarded = true;
            }
        }

        // Named beside auth_basic, which has been told.
        _ = scope.Nearest("auth_basic_user_file");
        if (scope.Value("satisfy") == "any")
        {
            report.Remark(scope.Last("satisfy")!, "\"auth\" and \"allow\" are both required where both are set");
        }

        return guarded;
    }

    /// <summary>Sets <c>methods</c> where all others are denied to everybody; false, with a remark, where some may use them.</summary>
    private static bool TrySetMethods(Scope scope, JsonObject route, ImportReport report)
    {
        foreach (var limit in scope.Own("limit_except"))
        {
            if (limit.Block is not [{ Name: "deny", First: "all" } deny] || limit.Parameters.IsEmpty || !limit.Parameters.All(static method => method.Length < 32 && method.All(char.IsAsciiLetter)))
            {
                report.LeaveOut(limit, $"make two routes of the location, one with \"methods\": [ \"GET\" ] and one for the others with \"allow\" or \"auth\"; {Until}");
                return false;
            }

            report.Take(deny);
            route["methods"] = new JsonArray([.. limit.Parameters.Select(static method => (JsonNode)JsonValue.Create(method.ToUpperInvariant()))]);
        }

        return true;
    }

    private static void SetAddresses(Scope scope, Scope? named, JsonObject route, ImportContext context)
    {
        ImmutableArray<NginxDirective> outer = scope.Nearest("allow", "deny");
        var rules = named is not null && !named.Own("allow").IsEmpty | !named.Own("deny").IsEmpty ? named.Nearest("allow", "deny") : outer;
        context.Spend((long)rules.Length * WorkOfRule);
        if (AddressRules.Translate(rules, out var culprit) is not { } lists)
        {
            context.Report.Remark(culprit!, $"expected an address, a block of them, or all, and not too many rules that cut into each other; {Until}");
            Closed.Deny(route);
            return;
        }

        Set(route, "allow", lists.Allow);
        Set(route, "deny", lists.Deny);
    }

    private static void Set(JsonObject route, string name, ImmutableArray<string> blocks)
    {
        if (!blocks.IsEmpty)
        {
            route[name] = new JsonArray([.. blocks.Select(static block => (JsonNode)JsonValue.Create(block))]);
        }
    }
}
