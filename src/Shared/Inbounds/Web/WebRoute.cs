using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What is done with requests for some paths. Exactly one of targets, root, redirect and status; or root with targets behind it.</summary>
public sealed record WebRoute
{
    /// <summary>nginx's <c>$proxy_host</c> in <see cref="Host"/>.</summary>
    public const string TargetHost = "$target";

    /// <summary>nginx's <c>$http_host</c> in <see cref="Host"/>.</summary>
    public const string VisitedHost = "$visited";

    /// <summary>The last of <see cref="TryFiles"/> that gives the request to the targets.</summary>
    public const string TryTarget = "@to";

    public WebPath Path { get; init; } = WebPath.All;

    /// <summary>In upper case; empty for all. GET includes HEAD.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>Where requests are forwarded; empty where they are not.</summary>
    public ImmutableArray<WebTarget> Targets { get; init; } = [];

    public WebBalance Balance { get; init; }

    /// <summary>How many failures within <see cref="FailTimeout"/> make a target down for that time; 0 for never.</summary>
    public int MaxFails { get; init; } = 1;

    public TimeSpan FailTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null where targets are not asked.</summary>
    public WebHealth? Health { get; init; }

    /// <summary>For a connection to a target.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a target may be silent before the head of its answer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the certificates of https targets are checked. nginx does not either unless told to: many a server at home has one of its own making.</summary>
    public bool Verify { get; init; }

    /// <summary>The Host that targets see: <see cref="TargetHost"/>, <see cref="VisitedHost"/>, or a name with variables.</summary>
    public string Host { get; init; } = TargetHost;

    public ImmutableArray<WebHeader> RequestHeaders { get; init; } = [];

    public ImmutableArray<WebHeader> ResponseHeaders { get; init; } = [];

    /// <summary>Whether targets are told who the visitor is, by X-Forwarded-For and its like.</summary>
    public bool Forwarded { get; init; } = true;

    /// <summary>The largest body of a request, in bytes; 0 for no limit.</summary>
    public long MaxBody { get; init; }

    /// <summary>The folder that files are served from; null where they are not.</summary>
    public string? Root { get; init; }

    /// <summary>What stands for a folder, the first that is there.</summary>
    public ImmutableArray<string> Index { get; init; } = ["index.html"];

    /// <summary>
    /// What is tried in order: paths below <see cref="Root"/> with <c>$uri</c> in them, a folder where they end with a slash; and
    /// last <see cref="TryTarget"/>, <c>=404</c> or another URI. Empty exactly where no files are served.
    /// </summary>
    public ImmutableArray<string> TryFiles { get; init; } = [];

    /// <summary>Null where answers are not kept.</summary>
    public WebCache? Cache { get; init; }

    /// <summary>Null where answers are not compressed.</summary>
    public WebCompression? Compress { get; init; }

    /// <summary>Null where everybody is let in.</summary>
    public WebAuth? Auth { get; init; }

    /// <summary>Who is let in, asked first; <c>all</c> is <c>0.0.0.0/0</c> and <c>::/0</c>.</summary>
    public ImmutableArray<CidrBlock> Allow { get; init; } = [];

    /// <summary>Who is not, asked then. Where it is empty and <see cref="Allow"/> is not, everybody else is not.</summary>
    public ImmutableArray<CidrBlock> Deny { get; init; } = [];

    /// <summary>Null for no limit.</summary>
    public WebRate? Rate { get; init; }

    /// <summary>Where visitors are sent; null where they are not.</summary>
    public WebTemplate? Redirect { get; init; }

    /// <summary>The status of a redirect or of a fixed answer; null where there is neither.</summary>
    public int? Status { get; init; }

    /// <summary>The text of a fixed answer; null for a page that names the status.</summary>
    public WebTemplate? Answer { get; init; }

    internal void WriteTo(Utf8JsonWriter writer) => WebRouteWriter.Write(writer, this);
}
