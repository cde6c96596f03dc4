namespace Tunnel.Testing.Programs;

/// <summary>Where a program printed a line.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    Output,

    /// <summary>Standard error.</summary>
    Error,
}
