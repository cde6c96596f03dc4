using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads a text with variables.</summary>
internal static class WebTemplateField
{
    /// <summary>The template; null after a complaint.</summary>
    /// <param name="node">A string.</param>
    /// <param name="path">The route's, whose groups it may name.</param>
    /// <param name="problems">Takes the complaint.</param>
    public static WebTemplate? Read(ConfigNode node, WebPath path, ProblemList problems)
    {
        if (!WebTemplate.TryParse(node.Text, out var template, out var error))
        {
            problems.Error(node, error);
            return null;
        }

        if (!path.IsRegexp && template.Parts.Any(static part => part.Variable == WebVariable.Capture))
        {
            problems.Error(node, "$1 and its like are groups of the route's regexp, and this route has none; make its 'path' a regexp, \"~ ^/old/(.*)$\"");
            return null;
        }

        return template;
    }

    /// <summary>The field's template; null when it is absent or after a complaint.</summary>
    public static WebTemplate? Read(ObjectReader reader, string name, WebPath path) =>
        reader.String(name) is null ? null : Read(reader.Find(name)!, path, reader.Problems);
}
