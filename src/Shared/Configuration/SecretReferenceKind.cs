namespace Tunnel.Shared.Configuration;

/// <summary>The places a secret can stand in.</summary>
public enum SecretReferenceKind
{
    /// <summary>In the configuration.</summary>
    Inline,

    /// <summary>In an environment variable, <c>env:NAME</c>.</summary>
    Environment,

    /// <summary>In a file, <c>file:PATH</c>.</summary>
    File,
}
