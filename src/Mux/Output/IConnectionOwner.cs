namespace Tunnel.Mux.Output;

/// <summary>A writer with connections of its own below it, one after the other.</summary>
internal interface IConnectionOwner
{
    /// <summary>Called from any thread when the writer has something of its own to send; set once, by the writer's user.</summary>
    Action? FlushNeeded { set; }

    /// <summary>Asked by whoever flushes for the shortest round trip of late, null where none is known; set once, by the writer's user.</summary>
    Func<TimeSpan?>? RoundTrip { set; }

    /// <summary>Called by whoever flushes, before anything goes over a new connection; set once, by the writer's user.</summary>
    Action? ConnectionChanged { set; }
}
