using System.Text.Json.Nodes;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>gzip</c> and <c>gzip_types</c>, and the same of the brotli module.</summary>
internal static class CompressionTranslation
{
    /// <summary>nginx compresses it always.</summary>
    private const string Html = "text/html";

    /// <summary>Sets <c>compress</c>.</summary>
    public static void Translate(Scope scope, JsonObject route, ImportContext context)
    {
        var gzip = scope.IsOn("gzip");
        var brotli = scope.IsOn("brotli");
        var gzipTypes = scope.Nearest("gzip_types");
        var brotliTypes = scope.Nearest("brotli_types");
        if (!gzip && !brotli)
        {
            return;
        }

        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Html };
        var types = new JsonArray(Html);
        foreach (var directive in gzip ? gzipTypes : brotliTypes)
        {
            context.Spend(directive.Parameters.Length);
            foreach (var type in directive.Parameters)
            {
                if (type == "*" || type.AsSpan().ContainsAny(" ;,") || type.AsSpan().Count('/') != 1)
                {
                    context.Report.Remark(directive, "expected media types; the usual ones of text are compressed");
                    route["compress"] = true;
                    return;
                }

                if (known.Add(type))
                {
                    types.Add(type.ToLowerInvariant());
                }
            }
        }

        // nginx's default is HTML alone, which nobody means who turns it on.
        route["compress"] = types.Count > 1 ? types : JsonValue.Create(true);
    }
}
