using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A site before it is known which names are left for it.</summary>
/// <param name="Server">What it comes from.</param>
/// <param name="Hosts">Its names.</param>
/// <param name="IsRest">Whether it is the server's own, which may be the default; others are for names that the server redirects.</param>
/// <param name="Fields">Everything but <c>hosts</c>.</param>
internal sealed record ImportedSite(ServerBlock Server, ImmutableArray<string> Hosts, bool IsRest, JsonObject Fields);
