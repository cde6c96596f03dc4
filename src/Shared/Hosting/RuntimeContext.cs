using System.Buffers;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Cool;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Outbounds.Chaining;
using Tunnel.Shared.Relay;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Hosting;

/// <summary>What the parts of a runtime share.</summary>
public sealed record RuntimeContext
{
    // Shared with every copy of this context, so that all of them see a reload.
    private readonly LivePolicy _policy = new();

    public required ILoggerFactory Loggers { get; init; }

    public required TunnelMetrics Metrics { get; init; }

    /// <summary>Where the portal keeps the certificate it made for itself.</summary>
    public required string StateDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where all buffers come from.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    /// <summary>Time limits by level, as they are now: to be asked for each connection, because a reload may change them.</summary>
    public PolicyConfig Policy
    {
        get => _policy.Current;
        init => _policy = new LivePolicy { Current = value };
    }

    /// <summary>
    /// Changes where and how much is logged from now on; null where that cannot be changed. Throws <see cref="IOException"/> or
    /// <see cref="UnauthorizedAccessException"/>, with nothing changed, where a file cannot be opened.
    /// </summary>
    public Action<LogConfig>? ChangeLog { get; init; }

    /// <summary>What outsiders may take of this process.</summary>
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>The settings of sessions with V2Ray.</summary>
    public CoolOptions Cool { get; init; } = CoolOptions.Default;

    /// <summary>The settings of native sessions.</summary>
    public MuxOptions Mux { get; init; } = MuxOptions.Default;

    /// <summary>Fires when the runtime begins to stop.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>How connections of a policy level are relayed.</summary>
    public RelayOptions RelayOptionsOf(int level) => RelayOptions.Of(Policy.Of(level)) with { TimeProvider = Time, Draining = Stopping };

    /// <summary>The outbounds, for those that are carried by others; empty until all are made.</summary>
    public OutboundDirectory Outbounds { get; init; } = new();

    /// <summary>For what an operator always wants to see.</summary>
    public ILogger StatusLogger => Loggers.CreateLogger(LogCategories.Status);

    /// <summary>What makes connections through the outbound or portal of a tag, whichever has it at the time.</summary>
    public IDialer DialerThrough(string tag) => new ChainedDialer(tag, Outbounds);

    /// <summary>Counts the visitors of an inbound.</summary>
    internal VisitorGate VisitorGateOf(string tag) =>
        new(tag, Limits.VisitorsPerInbound, Limits.VisitorsPerAddress, Loggers.CreateLogger<VisitorGate>(), Time);

    /// <summary>Changes the time limits, for this context and all copies of it, from now on.</summary>
    internal void ChangePolicy(PolicyConfig policy) => _policy.Current = policy;

    /// <summary>What makes an outbound's connections: this machine, or the outbound that its <c>proxySettings</c> name.</summary>
    public IDialer DialerOf(OutboundConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.ProxyTag.Length > 0
            ? new ChainedDialer(config.ProxyTag, Outbounds)
            : config.SendThrough is { } address ? new SystemDialer(address) : SystemDialer.Instance;
    }
}
