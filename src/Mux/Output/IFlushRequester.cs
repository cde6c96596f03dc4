namespace Tunnel.Mux.Output;

/// <summary>A writer that has something of its own to send now and then, and needs a flush for it.</summary>
internal interface IFlushRequester
{
    /// <summary>Called from any thread when a flush is needed; set once, by the writer's user.</summary>
    Action? FlushNeeded { set; }
}
