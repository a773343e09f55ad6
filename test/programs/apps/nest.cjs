// A NestJS program on Express, with its decorators applied as a compiler would: it then needs no build.
const { setTimeout: pause } = require("node:timers/promises");
const { Controller, Get, Injectable, Module, Res } = require("@nestjs/common");
const { NestFactory } = require("@nestjs/core");

class Greeter {
  async greet() {
    await pause(10);
    return "answered by NestJS";
  }
}
Injectable()(Greeter);

class AppController {
  constructor(greeter) {
    this.greeter = greeter;
  }

  answer(response) {
    response.set("x-pid", String(process.pid));
    return this.greeter.greet();
  }
}
Controller()(AppController);
Reflect.defineMetadata("design:paramtypes", [Greeter], AppController);
Get()(AppController.prototype, "answer", Object.getOwnPropertyDescriptor(AppController.prototype, "answer"));
Res({ passthrough: true })(AppController.prototype, "answer", 0);

class AppModule {}
Module({ controllers: [AppController], providers: [Greeter] })(AppModule);

async function main() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT);
}

void main();
