// Runs steps that call an SDK, and compares which fail with a list of the SDK's known bugs.
export class Steps {
  constructor(known) {
    Object.assign(this, { known, passed: 0, failed: 0, names: [], surprises: [] });
  }

  async run(name, call) {
    this.names.push(name);
    const [reason, expected] = this.known[name] ?? ["", undefined];
    try {
      const result = await call();
      this.passed++;
      if (reason) this.surprises.push(`${name} passed, though the SDK ${reason}`);
      return result;
    } catch (error) {
      const text = `${error.name}: ${error.message} ${error.body ?? ""}`;
      if (expected !== undefined && text.includes(expected)) this.failed++;
      else this.surprises.push(`${name} failed: ${text.slice(0, 400)}`);
    }
  }

  // Every method of the SDK has to have been called.
  end(sdk, methods) {
    const left = methods.filter(method => !this.names.some(name => name.split(" ")[0] === method));
    if (left.length) this.surprises.push(`not called: ${left.join(", ")}`);
    console.log(`${sdk}: ${this.passed} calls passed, ${this.failed} failed by known bugs of the SDK`);
    for (const line of this.surprises) console.log(`  ${line}`);
    process.exit(this.surprises.length ? 1 : 0);
  }
}

export const methodsOf = object => Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter(name => name !== "constructor");
