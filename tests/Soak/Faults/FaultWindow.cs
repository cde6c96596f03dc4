namespace Tunnel.Soak.Faults;

/// <summary>A time in which connections may end because of a fault.</summary>
/// <param name="Fault">What struck.</param>
/// <param name="Domain">Whose visitors it may end; null for everybody's.</param>
/// <param name="CleanEnds">Whether they may see an end in good order: the portal itself is gone, so the kernel ends its connections.</param>
/// <param name="From">A timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
internal sealed record FaultWindow(string Fault, string? Domain, bool CleanEnds, long From)
{
    /// <summary>When everything was served again; the end of time until then.</summary>
    public long Until { get; set; } = long.MaxValue;
}
