using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A group of servers that <c>proxy_pass</c> names.</summary>
internal sealed record Upstream
{
    public required NginxDirective Directive { get; init; }

    /// <summary>Without those that are down or in reserve.</summary>
    public ImmutableArray<UpstreamServer> Servers { get; init; } = [];

    /// <summary>Our word for the method; null for turns.</summary>
    public string? Balance { get; init; }

    /// <summary>Null for nginx's default, which is ours.</summary>
    public int? MaxFails { get; init; }

    /// <summary>Null for nginx's default, which is ours.</summary>
    public TimeSpan? FailTimeout { get; init; }
}
