using System.Buffers;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Cool;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Outbounds.Chaining;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Hosting;

/// <summary>What the parts of a runtime share.</summary>
public sealed record RuntimeContext
{
    public required ILoggerFactory Loggers { get; init; }

    public required TunnelMetrics Metrics { get; init; }

    /// <summary>Where the portal keeps the certificate it made for itself.</summary>
    public required string StateDirectory { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where all buffers come from.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    /// <summary>Time limits by level.</summary>
    public PolicyConfig Policy { get; init; } = new();

    /// <summary>The settings of sessions with V2Ray.</summary>
    public CoolOptions Cool { get; init; } = CoolOptions.Default;

    /// <summary>The settings of native sessions.</summary>
    public MuxOptions Mux { get; init; } = MuxOptions.Default;

    /// <summary>The outbounds, for those that are carried by others; empty until all are made.</summary>
    public OutboundDirectory Outbounds { get; init; } = new();

    /// <summary>For what an operator always wants to see.</summary>
    public ILogger StatusLogger => Loggers.CreateLogger(LogCategories.Status);

    /// <summary>What makes an outbound's connections: this machine, or the outbound that its <c>proxySettings</c> name.</summary>
    public IDialer DialerOf(OutboundConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.ProxyTag.Length > 0
            ? new ChainedDialer(config.ProxyTag, Outbounds)
            : config.SendThrough is { } address ? new SystemDialer(address) : SystemDialer.Instance;
    }
}
