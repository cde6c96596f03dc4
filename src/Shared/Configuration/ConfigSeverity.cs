namespace Tunnel.Shared.Configuration;

/// <summary>How bad a <see cref="ConfigProblem"/> is.</summary>
public enum ConfigSeverity
{
    /// <summary>The configuration can run, though perhaps not as meant.</summary>
    Warning,

    /// <summary>The configuration cannot run.</summary>
    Error,
}
