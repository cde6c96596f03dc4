namespace Tunnel.Portal.Web.Forwarding;

/// <summary>A target has not begun to answer in time.</summary>
internal sealed class TargetTimeoutException(TimeSpan limit) : IOException($"The target was silent for {limit.TotalSeconds:0.##} s.");
