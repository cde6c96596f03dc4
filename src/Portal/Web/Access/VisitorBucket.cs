namespace Tunnel.Portal.Web.Access;

/// <summary>What is remembered of a visitor. Guarded by the lock of its <see cref="VisitorBuckets"/>.</summary>
internal sealed class VisitorBucket(VisitorKey visitor)
{
    public VisitorKey Visitor => visitor;

    /// <summary>When the bucket is full again if nothing is taken; in the past for one that is.</summary>
    public TimeSpan FullAt { get; set; }
}
