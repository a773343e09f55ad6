// What writes, as far as it can be told to wait.

export class FakeSource {
  state: "runs" | "paused" = "runs";

  pause(): never {
    this.state = "paused";
    return this as never;
  }

  resume(): never {
    this.state = "runs";
    return this as never;
  }
}
