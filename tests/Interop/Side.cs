namespace Tunnel.Interop;

/// <summary>Whose program runs on a side.</summary>
public enum Side
{
    /// <summary>This project's.</summary>
    Ours,

    /// <summary>V2Ray itself.</summary>
    Real,
}
