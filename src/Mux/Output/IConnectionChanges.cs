namespace Tunnel.Mux.Output;

/// <summary>A writer below which connections change.</summary>
internal interface IConnectionChanges
{
    /// <summary>Called by whoever flushes, before anything goes over a new connection; set once, by the writer's user.</summary>
    Action? ConnectionChanged { set; }
}
