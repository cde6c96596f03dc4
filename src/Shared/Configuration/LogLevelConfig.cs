namespace Tunnel.Shared.Configuration;

/// <summary>The words of <c>log.loglevel</c>.</summary>
public enum LogLevelConfig
{
    Debug,
    Info,
    Warning,
    Error,

    /// <summary>Nothing is logged.</summary>
    None,
}
