using System.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A portal with a web front, and the bridge behind it.</summary>
/// <param name="Configuration">The portal's file.</param>
/// <param name="EndPoint">Where visitors ask.</param>
/// <param name="Portal">The portal.</param>
/// <param name="Bridge">The bridge.</param>
public sealed record WebTunnel(string Configuration, IPEndPoint EndPoint, ProgramProcess Portal, ProgramProcess Bridge);
