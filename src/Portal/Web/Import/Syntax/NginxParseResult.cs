using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>A configuration of nginx as a tree, or why there is none: exactly one of the two.</summary>
internal sealed record NginxParseResult(ImmutableArray<NginxDirective> Directives, NginxProblem? Problem);
