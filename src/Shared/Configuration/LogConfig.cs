namespace Tunnel.Shared.Configuration;

/// <summary>The <c>log</c> object.</summary>
public sealed record LogConfig
{
    /// <summary>What V2Ray does without a <c>log</c> object: no access log, warnings to the console.</summary>
    public static readonly LogConfig Default = new() { Access = "none" };

    /// <summary>The access log: a file path, <c>none</c>, or null or empty for the console.</summary>
    public string? Access { get; init; }

    /// <summary>The error log: a file path, <c>none</c>, or null or empty for the console.</summary>
    public string? Error { get; init; }

    /// <summary>The least severity that is written.</summary>
    public LogLevelConfig Level { get; init; } = LogLevelConfig.Warning;
}
