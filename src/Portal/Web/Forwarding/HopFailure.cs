using System.Runtime.InteropServices;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Why a request has no answer from its target.</summary>
/// <param name="Code">One of <see cref="Requests.TunnelError"/>; null where it is the visitor who has left.</param>
/// <param name="Status">What the visitor is told.</param>
/// <param name="NeverReached">Whether it is certain that no target has seen any of it.</param>
/// <param name="IsTargets">Whether it counts against the target.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HopFailure(string? Code, int Status, bool NeverReached, bool IsTargets);
